import { int32ConstantAt, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { Tensor, TensorId } from "../tensor.ts";

/**
 * Every `strides[i]`-th cell from `begin[i]` up to `end[i]`, which is left out. All three are int32 constants
 * [count]; negative positions count from the end.
 *
 * A set bit `i` in a mask: `beginMask`, `endMask` ignore that position and take all; `shrinkAxisMask` takes
 * one cell and drops the dimension. `ellipsisMask` and `newAxisMask` are not known to the small runtimes.
 * `offset`: `end` counts from `begin`; what is negative then counts from the end.
 * Source: tensorflow/lite/kernels/internal/strided_slice_logic.h.
 */
export interface StridedSlice {
  readonly kind: "strided-slice";
  readonly inputs: readonly [input: TensorId, begin: TensorId, end: TensorId, strides: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly beginMask: number;
    readonly endMask: number;
    readonly ellipsisMask: number;
    readonly newAxisMask: number;
    readonly shrinkAxisMask: number;
    readonly offset: boolean;
  };
}

/** One dimension of a strided slice: `count` cells, the first at `begin`, each `stride` after the last. */
export interface StridedRange {
  readonly begin: number;
  readonly stride: number;
  readonly count: number;
  /** The dimension is not in the output's shape. */
  readonly isDropped: boolean;
}

export const stridedSlice: OpRules<StridedSlice> = {
  inputs: ["input", "begin", "end", "strides"],
  outputs: ["output"],
  outputShapes: (op, tensors) => [
    stridedRanges(op, tensors)
      .filter(({ isDropped }) => !isDropped)
      .map(({ count }) => count),
  ],
};

/**
 * What a strided slice takes of each dimension of its input.
 *
 * @throws UserError `invalid-graph`
 */
export function stridedRanges(
  op: StridedSlice,
  tensors: readonly Tensor[],
): readonly StridedRange[] {
  const { inputs, options } = op;
  const input = shapeAt(tensors, inputs[0]);
  const begins = int32ConstantAt(tensors, inputs[1], "begin");
  const ends = int32ConstantAt(tensors, inputs[2], "end");
  const strides = int32ConstantAt(tensors, inputs[3], "strides");
  requireRule(
    begins.length === ends.length &&
      begins.length === strides.length &&
      begins.length <= input.length,
    `begin, end and strides have ${begins.length}, ${ends.length} and ${strides.length} entries for a rank of ${input.length}`,
  );
  requireRule(
    options.ellipsisMask === 0 && options.newAxisMask === 0,
    "ellipsis and new-axis masks are not supported",
  );
  return input.map((size, axis) => {
    const bit = 1 << axis;
    const stride = strides[axis] ?? 1;
    requireRule(stride !== 0, `stride ${axis} is 0`);
    if (axis >= begins.length) return { begin: 0, stride: 1, count: size, isDropped: false };
    const fromEnd = (position: number) => (position < 0 ? position + size : position);
    const low = stride > 0 ? 0 : -1;
    const high = stride > 0 ? size : size - 1;
    const clamp = (position: number) => Math.min(Math.max(position, low), high);
    const given = begins[axis] as number;
    const begin =
      (options.beginMask & bit) === 0 ? clamp(fromEnd(given)) : stride > 0 ? 0 : size - 1;
    if ((options.shrinkAxisMask & bit) !== 0) {
      // The runtimes would leave the output as it was.
      requireRule(
        stride > 0,
        `stride ${axis} is ${stride}; it must be positive where a dimension is dropped`,
      );
      requireRule(
        begin >= 0 && begin < size,
        `cell ${given} is outside dimension ${axis} of ${size}`,
      );
      return { begin, stride: 1, count: 1, isDropped: true };
    }
    const givenEnd = ends[axis] as number;
    const endPosition = fromEnd(options.offset ? begin + givenEnd : givenEnd);
    const end = (options.endMask & bit) === 0 ? clamp(endPosition) : stride > 0 ? size : -1;
    const count = Math.ceil((end - begin) / stride);
    requireRule(count > 0, `nothing of dimension ${axis} is left between ${begin} and ${end}`);
    return { begin, stride, count, isDropped: false };
  });
}
