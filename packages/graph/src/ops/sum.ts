import { type OpRules, reducedShape } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * The sum over some dimensions.
 *
 * input of any shape, axes int32 constant [count] (negative ones count from the end) → the input's shape
 * without these dimensions, or with 1 in their place if `keepDims`.
 */
export interface Sum {
  readonly kind: "sum";
  readonly inputs: readonly [input: TensorId, axes: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly keepDims: boolean };
}

export const sum: OpRules<Sum> = {
  inputs: ["input", "axes"],
  outputs: ["output"],
  outputShapes: ({ inputs: [input, axes], options }, tensors) => [
    reducedShape(tensors, input, axes, options.keepDims),
  ],
};
