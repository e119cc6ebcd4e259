import type { Shape } from "@smidgen/graph";

/** `data` of a shape with its axes in another order: result axis `i` is axis `order[i]` of the input. */
export function transpose(
  data: Float32Array,
  shape: Shape,
  order: readonly number[],
): Float32Array {
  const inputStrides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sizes = order.map((axis) => shape[axis] ?? 0);
  const strides = order.map((axis) => inputStrides[axis] ?? 0);
  const result = new Float32Array(data.length);
  let written = 0;
  const visit = (axis: number, offset: number): void => {
    if (axis === sizes.length) {
      result[written++] = data[offset] ?? 0;
      return;
    }
    for (let i = 0; i < (sizes[axis] ?? 0); i++) visit(axis + 1, offset + i * (strides[axis] ?? 0));
  };
  visit(0, 0);
  return result;
}
