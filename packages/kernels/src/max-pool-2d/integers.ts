import type { Graph, OpOf } from "@smidgen/graph";
import { fromFirstInside, makePoolStep, type PoolLoopParams } from "../pool-2d.ts";
import type { Step } from "../step.ts";
import { forEachWindow } from "../window.ts";

/**
 * The largest value of each window of int8 or int16: maxima are the same whatever the integers stand for.
 *
 * Source: `MaxPool`, tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h.
 */
export function maxPool2dIntegers(op: OpOf<"max-pool-2d">, graph: Graph): Step {
  return makePoolStep(op, graph, "max_pool_2d", runMaxPool2dIntegers);
}

type Integers = Int8Array | Int16Array;

function runMaxPool2dIntegers(params: PoolLoopParams, input: Integers, output: Integers): void {
  forEachWindow(maximaAlongRow, params, input, output);
}

function maximaOfRuns(
  params: PoolLoopParams,
  input: Integers,
  output: Integers,
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
      let largest0 = min;
      let largest1 = min;
      let largest2 = min;
      let largest3 = min;
      let tap = firstCell;
      for (let run = 0; run < runs; run++) {
        for (const end = tap + runCells; tap < end; tap++) {
          const cell = origin + channel0 + taps[tap]!;
          largest0 = larger(largest0, input[cell]!);
          largest1 = larger(largest1, input[cell + to1]!);
          largest2 = larger(largest2, input[cell + to2]!);
          largest3 = larger(largest3, input[cell + to3]!);
        }
        tap += runGap;
      }
      const start = outputStart + channel0;
      output[start] = largest0 < max ? largest0 : max;
      output[start + to1] = largest1 < max ? largest1 : max;
      output[start + to2] = largest2 < max ? largest2 : max;
      output[start + to3] = largest3 < max ? largest3 : max;
    }
    origin += strideWidth * inputChannels;
    outputStart += inputChannels;
  }
}

const maximaAlongRow = fromFirstInside(maximaOfRuns);

function larger(a: number, b: number): number {
  return a ^ ((a ^ b) & -Number(b > a));
}
