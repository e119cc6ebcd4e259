import { byteCount, type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { copyBytes } from "../bytes-step.ts";
import { furthestAhead } from "../furthest-ahead.ts";
import { constantOfType, requireSupported } from "../requirements.ts";

/**
 * How many cells there are before, inside and behind the input along each of five dimensions of the output.
 *
 * Dimensions without padding are merged with the one before them. The last dimension is a row; it counts bytes.
 */
export type PadGeometry = {
  readonly elementBytes: number;
  readonly before: Int32Array; // [5] outermost first
  readonly inside: Int32Array; // [5]
  readonly behind: Int32Array; // [5]
};

/** @throws UserError `unsupported-operator`, if the input has more than five dimensions. */
export function padGeometry(
  [inputId, paddingsId]: readonly [input: TensorId, paddings: TensorId, ...more: TensorId[]],
  graph: Graph,
): PadGeometry {
  const { type, shape } = tensorOf(graph, inputId);
  requireSupported(shape.length <= 5, `input has rank ${shape.length}; 5 is the highest`);
  const paddings = constantOfType(graph, paddingsId, "paddings", "int32");
  const elementBytes = byteCount({ type, shape: [] });
  const axes: Axis[] = [];
  for (const [i, inside] of [...shape, elementBytes].entries()) {
    const axis = { before: paddings[2 * i] ?? 0, inside, behind: paddings[2 * i + 1] ?? 0 };
    const outer = axes.at(-1);
    if (outer !== undefined && axis.before === 0 && axis.behind === 0) {
      axes.splice(-1, 1, {
        before: outer.before * inside,
        inside: outer.inside * inside,
        behind: outer.behind * inside,
      });
    } else {
      axes.push(axis);
    }
  }
  while (axes.length < 5) axes.unshift({ before: 0, inside: 1, behind: 0 });
  return {
    elementBytes,
    before: Int32Array.from(axes, ({ before }) => before),
    inside: Int32Array.from(axes, ({ inside }) => inside),
    behind: Int32Array.from(axes, ({ behind }) => behind),
  };
}

interface Axis {
  readonly before: number;
  readonly inside: number;
  readonly behind: number;
}

/**
 * The input with an element repeated around it. value: [elementBytes]
 *
 * Source: `PadImpl`, tensorflow/lite/kernels/internal/reference/pad.h. C twin: `smg_pad_with` in pad.h.
 */
export function padWith(
  { elementBytes, before, inside, behind }: PadGeometry,
  value: Uint8Array,
  input: Uint8Array,
  output: Uint8Array,
): void {
  const rowBytes = inside[4]!;
  let from = 0;
  let next = 0;
  for (let i0 = -before[0]!; i0 < inside[0]! + behind[0]!; i0++) {
    const isInside0 = i0 >= 0 && i0 < inside[0]!;
    for (let i1 = -before[1]!; i1 < inside[1]! + behind[1]!; i1++) {
      const isInside1 = isInside0 && i1 >= 0 && i1 < inside[1]!;
      for (let i2 = -before[2]!; i2 < inside[2]! + behind[2]!; i2++) {
        const isInside2 = isInside1 && i2 >= 0 && i2 < inside[2]!;
        for (let i3 = -before[3]!; i3 < inside[3]! + behind[3]!; i3++) {
          const isInside = isInside2 && i3 >= 0 && i3 < inside[3]!;
          if (isInside) {
            next = repeat(value, elementBytes, output, next, before[4]!);
            copyBytes(input, from, output, next, rowBytes);
            from += rowBytes;
            next = repeat(value, elementBytes, output, next + rowBytes, behind[4]!);
          } else {
            next = repeat(value, elementBytes, output, next, before[4]! + rowBytes + behind[4]!);
          }
        }
      }
    }
  }
}

/** Fills bytes with an element, and returns where they end. */
function repeat(
  value: Uint8Array,
  elementBytes: number,
  output: Uint8Array,
  start: number,
  count: number,
): number {
  const end = start + count;
  for (let element = start; element < end; element += elementBytes) {
    for (let i = 0; i < elementBytes; i++) output[element + i] = value[i]!;
  }
  return end;
}

/** By how many bytes writing is ahead of reading at most. */
export function padAhead({ before, inside, behind }: PadGeometry): number {
  const sizes = inside.map((count, axis) => before[axis]! + count + behind[axis]!);
  const product = (from: Int32Array, axis: number) =>
    from.slice(axis + 1).reduce((a, b) => a * b, 1);
  const axes = Array.from(inside, (count, axis) => ({
    count,
    written: product(sizes, axis),
    read: product(inside, axis),
  }));
  const start = axes.reduce((sum, { written }, axis) => sum + before[axis]! * written, 0);
  return start + furthestAhead(axes);
}
