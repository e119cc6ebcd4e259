import { type LayerRules, noProblems } from "../layer-rules.ts";

/** dims count axes from 1: the batch is not among them. */
export const permute: LayerRules = {
  problems: noProblems,
  convert(call, b, [input]) {
    const { dims } = call.config as { readonly dims: readonly number[] };
    const order = b.ints(`${call.weightsName}/order`, [0, ...dims]);
    return b.op("transpose", [input, order], {}, call.name);
  },
};
