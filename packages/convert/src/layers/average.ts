import type { LayerRules } from "../layer-rules.ts";
import { mergeProblems } from "./merge.ts";

/** The sum, from the left, divided by how many there are. */
export const average: LayerRules = {
  problems: mergeProblems,
  convert(call, b, [first, ...others]) {
    const activation = "none";
    const sum = others.reduce(
      (partial, other, i) =>
        b.op("add", [partial, other], { activation }, `${call.name}/sum_${i + 1}`),
      first,
    );
    const share = b.floats(
      `${call.weightsName}/share`,
      [1],
      Float32Array.of(1 / call.inputs.length),
    );
    return b.op("mul", [sum, share], { activation }, call.name);
  },
};
