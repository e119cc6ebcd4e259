import type { Graph, OpOf } from "@smidgen/graph";
import { fromFirstInside, makePoolStep, type PoolLoopParams } from "../pool-2d.ts";
import { clampReal } from "../rounding.ts";
import type { Step } from "../step.ts";
import { forEachWindow } from "../window.ts";

/**
 * The largest value of each window. NaN is passed over.
 *
 * Source: `MaxPool`, tensorflow/lite/kernels/internal/reference/pooling.h.
 */
export function maxPool2dFloat32(op: OpOf<"max-pool-2d">, graph: Graph): Step {
  return makePoolStep(op, graph, "max_pool_2d", runMaxPool2dFloat32);
}

function runMaxPool2dFloat32(
  params: PoolLoopParams,
  input: Float32Array,
  output: Float32Array,
): void {
  forEachWindow(maximaAlongRow, params, input, output);
}

/** Finds where the largest values are, rather than which: positions can be chosen without a branch. */
function maximaOfRuns(
  params: PoolLoopParams,
  input: Float32Array,
  output: Float32Array,
  origin: number,
  firstCell: number,
  runs: number,
  runCells: number,
  outputStart: number,
  count: number,
): void {
  const { inputWidth, inputChannels, strideWidth, filterWidth, taps } = params;
  const { activationMin: min, activationMax: max } = params;
  const last = inputChannels - 1;
  const tapsWidth = Math.min(filterWidth, inputWidth);
  const runGap = tapsWidth - runCells;
  for (let i = 0; i < count; i++) {
    for (let channel0 = 0; channel0 <= last; channel0 += 4) {
      // Four channels share each step. Where they run out, the last one is computed again.
      const to1 = Math.min(1, last - channel0);
      const to2 = Math.min(2, last - channel0);
      const to3 = Math.min(3, last - channel0);
      const corner = origin + channel0;
      let largest0 = corner + taps[firstCell]!;
      let largest1 = largest0 + to1;
      let largest2 = largest0 + to2;
      let largest3 = largest0 + to3;
      let tap = firstCell + 1;
      let end = firstCell + runCells;
      for (let run = 0; run < runs; run++) {
        for (; tap < end; tap++) {
          const cell = corner + taps[tap]!;
          largest0 = ofLarger(input, largest0, cell);
          largest1 = ofLarger(input, largest1, cell + to1);
          largest2 = ofLarger(input, largest2, cell + to2);
          largest3 = ofLarger(input, largest3, cell + to3);
        }
        tap += runGap;
        end += tapsWidth;
      }
      const start = outputStart + channel0;
      output[start] = clampReal(input[largest0]!, min, max);
      output[start + to1] = clampReal(input[largest1]!, min, max);
      output[start + to2] = clampReal(input[largest2]!, min, max);
      output[start + to3] = clampReal(input[largest3]!, min, max);
    }
    origin += strideWidth * inputChannels;
    outputStart += inputChannels;
  }
}

const maximaAlongRow = fromFirstInside(maximaOfRuns);

function ofLarger(elements: Float32Array, a: number, b: number): number {
  const largest = elements[a]!;
  return a + (b - a) * (Number(elements[b]! > largest) | Number(largest !== largest));
}
