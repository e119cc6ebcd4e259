import { type LayerRules, noProblems } from "../layer-rules.ts";

/** [1, length, channels] → maximum over axis 1 → [1, channels] */
export const globalMaxPooling1d: LayerRules = {
  problems: noProblems,
  convert: (call, b, [input]) =>
    b.op(
      "reduce-max",
      [input, b.ints(`${call.weightsName}/axes`, [1])],
      { keepDims: false },
      call.name,
    ),
};
