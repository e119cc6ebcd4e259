import { UserError } from "@smidgen/errors";
import type { Op } from "./op.ts";
import { type Padding, windowOutput } from "./spatial.ts";
import { elementCount, type Shape, type Tensor, type TensorId } from "./tensor.ts";

/** What every file in `ops/` says about its operator besides the type. */
export interface OpRules<O extends Op> {
  /** Names of the operands, in order; a last name that ends in `…` may repeat. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /**
   * The shape of each output.
   *
   * @throws UserError `invalid-graph`, naming the rule that the operands or options break.
   */
  readonly outputShapes: (op: O, tensors: readonly Tensor[]) => readonly Shape[];
  /** Multiplications of an activation with a weight, per inference; absent where there are none. */
  readonly multiplyAccumulates?: (op: O, tensors: readonly Tensor[]) => number;
}

function brokenRule(text: string): UserError {
  return new UserError("invalid-graph", text);
}

export function requireRule(holds: boolean, text: string): asserts holds {
  if (!holds) throw brokenRule(text);
}

/** The tensor at a position that is known to be good: `verifyGraph` looks at positions first. */
export function tensorAt(tensors: readonly Tensor[], id: TensorId): Tensor {
  const tensor = tensors[id];
  if (tensor === undefined) throw brokenRule(`tensor %${id} does not exist`);
  return tensor;
}

export function shapeAt(tensors: readonly Tensor[], id: TensorId): Shape {
  return tensorAt(tensors, id).shape;
}

/** The four dimensions of an NHWC tensor, or of a filter. */
export function shape4dAt(
  tensors: readonly Tensor[],
  id: TensorId,
  operand: string,
): readonly [number, number, number, number] {
  const shape = shapeAt(tensors, id);
  const [a, b, c, d] = shape;
  requireRule(shape.length === 4, `${operand} has rank ${shape.length}, 4 expected`);
  return [a, b, c, d] as [number, number, number, number];
}

/** Entries of an int32 constant operand: a shape, axes, paddings. */
export function int32ConstantAt(
  tensors: readonly Tensor[],
  id: TensorId,
  operand: string,
): readonly number[] {
  const { type, data } = tensorAt(tensors, id);
  requireRule(
    type === "int32" && data instanceof Int32Array,
    `${operand} %${id} must be an int32 constant`,
  );
  return [...data];
}

/** The dimension that an axis operand, an int32 constant of one entry, names. */
export function axisConstantAt(tensors: readonly Tensor[], id: TensorId, rank: number): number {
  const [axis, ...more] = int32ConstantAt(tensors, id, "axis");
  requireRule(axis !== undefined && more.length === 0, `axis has ${more.length + 1} entries`);
  return axisWithin(axis, rank);
}

/** Operands that may be left out have any shape then. */
export function requireShape(
  tensors: readonly Tensor[],
  id: TensorId | undefined,
  expected: Shape,
  operand: string,
): void {
  if (id === undefined) return;
  const shape = shapeAt(tensors, id);
  requireRule(
    shape.join() === expected.join(),
    `${operand} has shape [${shape.join(", ")}], [${expected.join(", ")}] expected`,
  );
}

/** State may have any shape of as many elements. */
export function requireState(
  tensors: readonly Tensor[],
  id: TensorId,
  expected: Shape,
  operand: string,
): void {
  const { shape, isVariable } = tensorAt(tensors, id);
  requireRule(
    isVariable && elementCount(shape) === elementCount(expected),
    `${operand} [${shape.join(", ")}] is not a variable of [${expected.join(", ")}]`,
  );
}

export function requireBias(
  tensors: readonly Tensor[],
  bias: TensorId | undefined,
  channels: number,
): void {
  if (bias === undefined) return;
  const count = elementCount(shapeAt(tensors, bias));
  requireRule(count === channels, `bias has ${count} entries for ${channels} output channels`);
}

/** Output height and width of a filter that slides over an image. */
export function requireWindows(
  options: {
    readonly padding: Padding;
    readonly strideHeight: number;
    readonly strideWidth: number;
    readonly dilationHeight?: number;
    readonly dilationWidth?: number;
  },
  height: number,
  width: number,
  filterHeight: number,
  filterWidth: number,
): readonly [outHeight: number, outWidth: number] {
  const { padding, strideHeight, strideWidth, dilationHeight = 1, dilationWidth = 1 } = options;
  for (const [name, value] of Object.entries({
    "filter height": filterHeight,
    "filter width": filterWidth,
    "stride height": strideHeight,
    "stride width": strideWidth,
    "dilation height": dilationHeight,
    "dilation width": dilationWidth,
  })) {
    requireRule(Number.isInteger(value) && value > 0, `${name} is ${value}`);
  }
  const outHeight = windowOutput({
    input: height,
    filter: filterHeight,
    stride: strideHeight,
    dilation: dilationHeight,
    padding,
  });
  const outWidth = windowOutput({
    input: width,
    filter: filterWidth,
    stride: strideWidth,
    dilation: dilationWidth,
    padding,
  });
  requireRule(
    outHeight > 0 && outWidth > 0,
    `a ${filterHeight}×${filterWidth} filter does not fit in an input of ${height}×${width}`,
  );
  return [outHeight, outWidth];
}

/** Operators that work on each element alone. */
export function sameShapeAsInput(op: Op, tensors: readonly Tensor[]): readonly Shape[] {
  return [shapeAt(tensors, op.inputs[0])];
}

/** `a` and `b` aligned at the last dimension, where a dimension of 1 stretches. */
export function broadcastShapes(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const sizeA = a[i - rank + a.length] ?? 1;
    const sizeB = b[i - rank + b.length] ?? 1;
    requireRule(
      sizeA === sizeB || sizeA === 1 || sizeB === 1,
      `[${a.join(", ")}] and [${b.join(", ")}] do not broadcast`,
    );
    return sizeA === 1 ? sizeB : sizeA;
  });
}

/** A negative axis counts from the end. */
export function axisWithin(axis: number, rank: number): number {
  const counted = axis < 0 ? axis + rank : axis;
  requireRule(
    Number.isInteger(counted) && counted >= 0 && counted < rank,
    `axis ${axis} is outside a rank of ${rank}`,
  );
  return counted;
}

/** Operators on two operands, element by element. */
export function outputShapesByBroadcast(
  { inputs: [a, b] }: { readonly inputs: readonly [TensorId, TensorId] },
  tensors: readonly Tensor[],
): readonly Shape[] {
  return [broadcastShapes(shapeAt(tensors, a), shapeAt(tensors, b))];
}

/** The input's shape without the dimensions in `axes`, or with 1 in their place. */
export function reducedShape(
  tensors: readonly Tensor[],
  inputId: TensorId,
  axesId: TensorId,
  keepDims: boolean,
): Shape {
  const input = shapeAt(tensors, inputId);
  const axes = int32ConstantAt(tensors, axesId, "axes");
  const reduced = new Set(axes.map((axis) => axisWithin(axis, input.length)));
  return keepDims
    ? input.map((size, axis) => (reduced.has(axis) ? 1 : size))
    : input.filter((_, axis) => !reduced.has(axis));
}

export function paddedShape(
  tensors: readonly Tensor[],
  inputId: TensorId,
  paddingsId: TensorId,
): Shape {
  const input = shapeAt(tensors, inputId);
  const paddings = int32ConstantAt(tensors, paddingsId, "paddings");
  requireRule(
    paddings.length === 2 * input.length && paddings.every((cells) => cells >= 0),
    `paddings [${paddings.join(", ")}] are not two counts for each of ${input.length} dimensions`,
  );
  return input.map(
    (size, axis) => size + (paddings[2 * axis] as number) + (paddings[2 * axis + 1] as number),
  );
}

export function resizedShape(
  tensors: readonly Tensor[],
  inputId: TensorId,
  sizeId: TensorId,
  options: { readonly alignCorners: boolean; readonly halfPixelCenters: boolean },
): Shape {
  requireRule(
    !(options.alignCorners && options.halfPixelCenters),
    "corners cannot be aligned while cells have their centers at ½",
  );
  const [batch, , , channels] = shape4dAt(tensors, inputId, "input");
  const [height, width, ...more] = int32ConstantAt(tensors, sizeId, "size");
  requireRule(
    height !== undefined && width !== undefined && more.length === 0 && height > 0 && width > 0,
    "size is not [height, width]",
  );
  return [batch, height, width, channels];
}
