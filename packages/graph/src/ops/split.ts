import { axisConstantAt, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Equal parts of the input along an axis, a constant int32 scalar (negative: from the end). */
export interface Split {
  readonly kind: "split";
  readonly inputs: readonly [axis: TensorId, input: TensorId];
  readonly outputs: readonly [first: TensorId, ...others: TensorId[]];
  readonly options: { readonly count: number };
}

export const split: OpRules<Split> = {
  inputs: ["axis", "input"],
  outputs: ["output…"],
  outputShapes({ inputs: [axisId, inputId], options: { count } }, tensors) {
    const input = shapeAt(tensors, inputId);
    const axis = axisConstantAt(tensors, axisId, input.length);
    const size = input[axis] as number;
    requireRule(
      Number.isInteger(count) && count > 0 && size % count === 0,
      `${size} slices along axis ${axis} do not split into ${count} parts`,
    );
    return Array.from({ length: count }, () => input.with(axis, size / count));
  },
};
