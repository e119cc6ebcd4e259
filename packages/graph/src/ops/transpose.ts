import { int32ConstantAt, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Dimension `i` of the output is dimension `permutation[i]` of the input. permutation: int32 constant [rank]. */
export interface Transpose {
  readonly kind: "transpose";
  readonly inputs: readonly [input: TensorId, permutation: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const transpose: OpRules<Transpose> = {
  inputs: ["input", "permutation"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, permutationId] }, tensors) {
    const input = shapeAt(tensors, inputId);
    const permutation = int32ConstantAt(tensors, permutationId, "permutation");
    requireRule(
      permutation.length === input.length &&
        permutation.toSorted((a, b) => a - b).every((axis, i) => axis === i),
      `[${permutation.join(", ")}] is no permutation of ${input.length} dimensions`,
    );
    return [permutation.map((axis) => input[axis] as number)];
  },
};
