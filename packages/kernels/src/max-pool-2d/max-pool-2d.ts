import type { ElementArray, Graph, OpOf } from "@smidgen/graph";
import { makePoolStep, type PoolParams } from "../pool-2d.ts";
import type { Step } from "../step.ts";
import { forEachWindow } from "../window.ts";

/**
 * The largest value of each window, of any type: maxima are the same whatever the integers stand for.
 *
 * Source: `MaxPool`, tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h and reference/pooling.h.
 */
export function maxPool2d(op: OpOf<"max-pool-2d">, graph: Graph): Step {
  return makePoolStep(op, graph, "max_pool_2d", runMaxPool2d);
}

type Elements = Exclude<ElementArray, BigInt64Array>;

function runMaxPool2d(params: PoolParams, input: Elements, output: Elements): void {
  forEachWindow(maximaAlongRow, params, input, output);
}

function maximaAlongRow(
  params: PoolParams,
  input: Elements,
  output: Elements,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
  count: number,
): void {
  const { inputWidth, inputChannels, strideWidth, activationMin: min, activationMax: max } = params;
  const last = inputChannels - 1;
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
      for (let y = top; y < bottom; y++) {
        let cell = origin + (y * inputWidth + left) * inputChannels + channel0;
        for (let x = left; x < right; x++) {
          largest0 = larger(largest0, input[cell]!);
          largest1 = larger(largest1, input[cell + to1]!);
          largest2 = larger(largest2, input[cell + to2]!);
          largest3 = larger(largest3, input[cell + to3]!);
          cell += inputChannels;
        }
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

function larger(a: number, b: number): number {
  return b > a ? b : a;
}
