import { byteCount, type Graph, type Op, tensorOf } from "@smidgen/graph";
import { copyBytes, makeBytesStep } from "./bytes-step.ts";
import { furthestAhead } from "./furthest-ahead.ts";
import type { Step } from "./step.ts";

/** One dimension of the output: how many there are, and how far apart they are in the input, in elements. */
export interface StridedAxis {
  readonly extent: number;
  /** Negative steps walk back; 0 repeats. */
  readonly step: number;
}

type Params = {
  readonly startBytes: number;
  /** Dimensions that are walked through, outermost first. */
  readonly extents: Int32Array; // [5]
  readonly stepBytes: Int32Array; // [5]
  /** What lies side by side in input and output. */
  readonly runBytes: number;
};

/**
 * Elements of the first operand, or some of them, in another order: the output is written from begin to end while
 * the input is walked through in steps.
 *
 * axes: those of the output, outermost first, five at most. start: the first element taken.
 * What input and output walk alike is merged.
 */
export function stridedCopy(
  op: Op,
  graph: Graph,
  axes: readonly StridedAxis[],
  start: number,
): Step {
  const [inputId] = op.inputs;
  const elementBytes = byteCount({ type: tensorOf(graph, inputId).type, shape: [] });
  const merged = mergeAxes([
    ...axes.map(({ extent, step }) => ({ extent, step: step * elementBytes })),
    { extent: elementBytes, step: 1 },
  ]);
  const isRun = merged.at(-1)?.step === 1;
  const walked = isRun ? merged.slice(0, -1) : merged;
  const padded = [
    ...Array.from({ length: 5 - walked.length }, () => ({ extent: 1, step: 0 })),
    ...walked,
  ];
  return makeBytesStep({
    kernel: "strided_copy",
    run: runStridedCopy,
    params: {
      startBytes: start * elementBytes,
      extents: Int32Array.from(padded, ({ extent }) => extent),
      stepBytes: Int32Array.from(padded, ({ step }) => step),
      runBytes: isRun ? (merged.at(-1) as StridedAxis).extent : 1,
    },
    reads: [inputId],
    writes: op.outputs,
  });
}

function mergeAxes(axes: readonly StridedAxis[]): readonly StridedAxis[] {
  const merged: StridedAxis[] = [];
  for (const axis of axes) {
    if (axis.extent === 1) continue;
    const outer = merged.at(-1);
    if (outer?.step === axis.step * axis.extent) {
      merged.splice(-1, 1, { extent: outer.extent * axis.extent, step: axis.step });
    } else {
      merged.push(axis);
    }
  }
  return merged;
}

function runStridedCopy(params: Params, input: Uint8Array, output: Uint8Array): void {
  const { startBytes, extents, stepBytes, runBytes } = params;
  let next = 0;
  let from0 = startBytes;
  for (let i0 = 0; i0 < extents[0]!; i0++) {
    let from1 = from0;
    for (let i1 = 0; i1 < extents[1]!; i1++) {
      let from2 = from1;
      for (let i2 = 0; i2 < extents[2]!; i2++) {
        let from3 = from2;
        for (let i3 = 0; i3 < extents[3]!; i3++) {
          let from4 = from3;
          for (let i4 = 0; i4 < extents[4]!; i4++) {
            copyBytes(input, from4, output, next, runBytes);
            next += runBytes;
            from4 += stepBytes[4]!;
          }
          from3 += stepBytes[3]!;
        }
        from2 += stepBytes[2]!;
      }
      from1 += stepBytes[1]!;
    }
    from0 += stepBytes[0]!;
  }
}

/** By how many bytes writing is ahead of reading at most. */
export function copyAhead(params: Params): number {
  const { startBytes, extents, stepBytes, runBytes } = params;
  const written = (axis: number) => extents.slice(axis + 1).reduce((a, b) => a * b, runBytes);
  const axes = Array.from(extents, (count, axis) => ({
    count,
    written: written(axis),
    read: stepBytes[axis] as number,
  }));
  return furthestAhead(axes) - startBytes;
}
