import { activationProblems, withActivation } from "../fused-activation.ts";
import type { LayerRules } from "../layer-rules.ts";

export const activation: LayerRules = {
  problems: activationProblems,
  convert: (call, b, [input]) => withActivation(call, b, () => input),
};
