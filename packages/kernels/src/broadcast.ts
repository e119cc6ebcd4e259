import { elementCount, type Graph, type Shape, type TensorId, tensorOf } from "@smidgen/graph";
import { furthestAhead } from "./furthest-ahead.ts";
import { requireSupported } from "./requirements.ts";

/**
 * How two operands are walked through while the output is written in order.
 *
 * Output dimensions that both operands walk alike are merged; four are left, outermost first. A step of 0 repeats.
 */
export type BroadcastParams = {
  readonly extents: Int32Array; // [4]
  readonly aSteps: Int32Array; // [4] elements
  readonly bSteps: Int32Array; // [4] elements
};

/** @throws UserError `unsupported-operator`, if more than four dimensions are left. */
export function broadcastParams(
  graph: Graph,
  [a, b]: readonly [TensorId, TensorId],
  output: TensorId,
): BroadcastParams {
  const outputShape = tensorOf(graph, output).shape;
  const aSteps = stepsOf(tensorOf(graph, a).shape, outputShape.length);
  const bSteps = stepsOf(tensorOf(graph, b).shape, outputShape.length);
  const axes: Axis[] = []; // outermost first
  for (const [i, extent] of outputShape.entries()) {
    if (extent === 1) continue;
    const axis = { extent, aStep: aSteps[i] as number, bStep: bSteps[i] as number };
    const outer = axes.at(-1);
    if (outer?.aStep === axis.aStep * extent && outer.bStep === axis.bStep * extent) {
      axes.splice(-1, 1, { ...axis, extent: outer.extent * extent });
    } else {
      axes.push(axis);
    }
  }
  requireSupported(
    axes.length <= 4,
    `shapes alternate between equal and stretched dimensions ${axes.length} times; 4 are supported`,
  );
  while (axes.length < 4) axes.unshift({ extent: 1, aStep: 0, bStep: 0 });
  return {
    extents: Int32Array.from(axes, ({ extent }) => extent),
    aSteps: Int32Array.from(axes, ({ aStep }) => aStep),
    bSteps: Int32Array.from(axes, ({ bStep }) => bStep),
  };
}

interface Axis {
  readonly extent: number;
  readonly aStep: number;
  readonly bStep: number;
}

/** Elements from one slice to the next along each of the output's dimensions; 0 where the operand is stretched. */
function stepsOf(shape: Shape, rank: number): readonly number[] {
  const padded = [...Array.from({ length: rank - shape.length }, () => 1), ...shape];
  return padded.map((size, axis) => (size === 1 ? 0 : elementCount(padded.slice(axis + 1))));
}

/** Computes one run of the output: `count` elements from `outputStart`. */
export type BroadcastRow<P, A> = (
  params: P,
  a: A,
  aStart: number,
  aStep: number,
  b: A,
  bStart: number,
  bStep: number,
  output: A,
  outputStart: number,
  count: number,
) => void;

/** Visits the output row by row. C twin: `smg_for_each_row` in broadcast.h. */
export function forEachRow<P extends BroadcastParams, A>(
  row: BroadcastRow<P, A>,
  params: P,
  a: A,
  b: A,
  output: A,
): void {
  const [extent0, extent1, extent2, count] = params.extents as unknown as Four;
  const [a0, a1, a2, aStep] = params.aSteps as unknown as Four;
  const [b0, b1, b2, bStep] = params.bSteps as unknown as Four;
  let outputStart = 0;
  for (let i0 = 0; i0 < extent0; i0++) {
    for (let i1 = 0; i1 < extent1; i1++) {
      for (let i2 = 0; i2 < extent2; i2++) {
        const aStart = i0 * a0 + i1 * a1 + i2 * a2;
        const bStart = i0 * b0 + i1 * b1 + i2 * b2;
        row(params, a, aStart, aStep, b, bStart, bStep, output, outputStart, count);
        outputStart += count;
      }
    }
  }
}

type Four = readonly [number, number, number, number];

/** By how many elements writing is ahead of reading an operand at most. steps: those of the operand. */
export function rowsAhead({ extents }: BroadcastParams, steps: Int32Array): number {
  const written = (axis: number) => extents.slice(axis + 1).reduce((a, b) => a * b, 1);
  return furthestAhead(
    Array.from(extents, (count, axis) => ({
      count,
      written: written(axis),
      read: steps[axis] as number,
    })),
  );
}
