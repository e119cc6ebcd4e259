import { type LayerRules, noProblems } from "../layer-rules.ts";

export const leakyRelu: LayerRules = {
  problems: noProblems,
  convert(call, b, [input]) {
    const { alpha } = call.config as { readonly alpha: number };
    return b.op("leaky-relu", [input], { alpha }, call.name);
  },
};
