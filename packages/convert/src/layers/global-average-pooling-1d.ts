import { type LayerRules, noProblems } from "../layer-rules.ts";

/** [1, length, channels] → mean over axis 1 → [1, channels] */
export const globalAveragePooling1d: LayerRules = {
  problems: noProblems,
  convert: (call, b, [input]) =>
    b.op("mean", [input, b.ints(`${call.weightsName}/axes`, [1])], { keepDims: false }, call.name),
};
