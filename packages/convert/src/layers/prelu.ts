import { type LayerRules, noProblems } from "../layer-rules.ts";
import type { Weight } from "../network.ts";

/** alpha has the shape of an example; axes that share it have the size 1. */
export const prelu: LayerRules = {
  problems: noProblems,
  convert(call, b, [input]) {
    const [alpha] = call.weights as [Weight];
    const alphaId = b.floats(`${call.weightsName}/alpha`, alpha.shape, alpha.data);
    return b.op("prelu", [input, alphaId], {}, call.name);
  },
};
