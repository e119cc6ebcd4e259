import { int32ConstantAt, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * The mean over some dimensions.
 *
 * input of any shape, axes int32 constant [count] (negative ones count from the end) → the input's shape
 * without these dimensions, or with 1 in their place if `keepDims`.
 */
export interface Mean {
  readonly kind: "mean";
  readonly inputs: readonly [input: TensorId, axes: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly keepDims: boolean };
}

export const mean: OpRules<Mean> = {
  inputs: ["input", "axes"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, axesId], options }, tensors) {
    const input = shapeAt(tensors, inputId);
    const reduced = new Set(
      int32ConstantAt(tensors, axesId, "axes").map((axis) => {
        requireRule(
          axis >= -input.length && axis < input.length,
          `axis ${axis} is outside an input of rank ${input.length}`,
        );
        return axis < 0 ? axis + input.length : axis;
      }),
    );
    return [
      options.keepDims
        ? input.map((size, axis) => (reduced.has(axis) ? 1 : size))
        : input.filter((_, axis) => !reduced.has(axis)),
    ];
  },
};
