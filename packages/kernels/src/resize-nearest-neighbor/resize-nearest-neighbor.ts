import { byteCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { copyBytes, makeBytesStep } from "../bytes-step.ts";
import { tensorOfType } from "../requirements.ts";
import { roundHalfAwayFromZero } from "../rounding.ts";
import type { Step } from "../step.ts";

const { fround } = Math;

export type ResizeNearestParams = {
  readonly batches: number;
  readonly inputHeight: number;
  readonly inputWidth: number;
  readonly outputHeight: number;
  readonly outputWidth: number;
  /** All channels of a cell. */
  readonly cellBytes: number;
  /** The input row that each output row is taken from. */
  readonly rows: Int32Array; // [outputHeight]
  readonly columns: Int32Array; // [outputWidth]
};

/**
 * Each cell is a copy of the nearest one; which one that is, is computed in float32.
 *
 * Source: `ResizeNearestNeighbor`, tensorflow/lite/kernels/internal/reference/resize_nearest_neighbor.h.
 */
export function resizeNearestNeighbor(op: OpOf<"resize-nearest-neighbor">, graph: Graph): Step {
  const [inputId] = op.inputs;
  const { type, shape } = tensorOf(graph, inputId);
  const output = tensorOfType(graph, op.outputs[0], "output", type);
  const [batches = 0, inputHeight = 0, inputWidth = 0, channels = 0] = shape;
  const [, outputHeight = 0, outputWidth = 0] = output.shape;
  return makeBytesStep({
    kernel: "resize_nearest_neighbor",
    run: runResizeNearestNeighbor,
    params: {
      batches,
      inputHeight,
      inputWidth,
      outputHeight,
      outputWidth,
      cellBytes: byteCount({ type, shape: [channels] }),
      rows: nearestCells(inputHeight, outputHeight, op.options),
      columns: nearestCells(inputWidth, outputWidth, op.options),
    },
    reads: [inputId],
    writes: op.outputs,
  });
}

/** For each of `outputSize` cells along an axis, the nearest of `inputSize`. */
function nearestCells(
  inputSize: number,
  outputSize: number,
  {
    alignCorners,
    halfPixelCenters,
  }: { readonly alignCorners: boolean; readonly halfPixelCenters: boolean },
): Int32Array {
  const scale =
    alignCorners && outputSize > 1
      ? fround((inputSize - 1) / (outputSize - 1))
      : fround(inputSize / outputSize);
  const round = alignCorners ? roundHalfAwayFromZero : Math.floor;
  const offset = halfPixelCenters ? 0.5 : 0;
  return Int32Array.from({ length: outputSize }, (_, i) =>
    Math.min(round(fround(fround(i + offset) * scale)), inputSize - 1),
  );
}

function runResizeNearestNeighbor(
  params: ResizeNearestParams,
  input: Uint8Array,
  output: Uint8Array,
): void {
  const { batches, inputHeight, inputWidth, outputHeight, outputWidth } = params;
  const { cellBytes, rows, columns } = params;
  let next = 0;
  for (let batch = 0; batch < batches; batch++) {
    for (let y = 0; y < outputHeight; y++) {
      const row = (batch * inputHeight + rows[y]!) * inputWidth;
      for (let x = 0; x < outputWidth; x++) {
        copyBytes(input, (row + columns[x]!) * cellBytes, output, next, cellBytes);
        next += cellBytes;
      }
    }
  }
}
