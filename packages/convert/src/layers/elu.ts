import { type LayerRules, noProblems } from "../layer-rules.ts";

/** With alpha 1: tfjs has no other. */
export const elu: LayerRules = {
  problems: noProblems,
  convert: (call, b, [input]) => b.op("elu", [input], {}, call.name),
};
