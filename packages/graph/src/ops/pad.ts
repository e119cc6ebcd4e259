import { type OpRules, paddedShape } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * Cells with the value zero around the input.
 *
 * input of any shape, paddings int32 constant [rank, 2] of cells before and after each dimension.
 */
export interface Pad {
  readonly kind: "pad";
  readonly inputs: readonly [input: TensorId, paddings: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const pad: OpRules<Pad> = {
  inputs: ["input", "paddings"],
  outputs: ["output"],
  outputShapes: ({ inputs: [input, paddings] }, tensors) => [paddedShape(tensors, input, paddings)],
};
