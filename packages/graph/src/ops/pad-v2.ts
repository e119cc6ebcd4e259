import { type OpRules, paddedShape } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/**
 * Cells with a given value, a scalar of the input's type, around the input.
 *
 * input of any shape, paddings int32 constant [rank, 2] of cells before and after each dimension.
 */
export interface PadV2 {
  readonly kind: "pad-v2";
  readonly inputs: readonly [input: TensorId, paddings: TensorId, value: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const padV2: OpRules<PadV2> = {
  inputs: ["input", "paddings", "value"],
  outputs: ["output"],
  outputShapes: ({ inputs: [input, paddings] }, tensors) => [paddedShape(tensors, input, paddings)],
};
