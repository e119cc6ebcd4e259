import type { Graph, OpOf } from "@smidgen/graph";
import { makePoolStep, type PoolParams } from "../pool-2d.ts";
import { clamp } from "../rounding.ts";
import type { Step } from "../step.ts";
import { alongRow, forEachWindow } from "../window.ts";

type Elements = Int8Array | Int16Array;

/**
 * The mean of the stored integers of each window, rounded half away from (stored) zero.
 *
 * Source: `AveragePool`, tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h.
 */
export function averagePool2dIntegers(op: OpOf<"average-pool-2d">, graph: Graph): Step {
  return makePoolStep(op, graph, "average_pool_2d", runAveragePool2dIntegers);
}

const averageRow = alongRow(averageAt);

function runAveragePool2dIntegers(params: PoolParams, input: Elements, output: Elements): void {
  forEachWindow(averageRow, params, input, output);
}

function averageAt(
  params: PoolParams,
  input: Elements,
  output: Elements,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
): void {
  const { inputWidth, inputChannels, activationMin, activationMax } = params;
  const count = (bottom - top) * (right - left);
  const half = count >> 1;
  for (let channel = 0; channel < inputChannels; channel++) {
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      let cell = origin + (y * inputWidth + left) * inputChannels + channel;
      for (let x = left; x < right; x++) {
        sum = (sum + input[cell]!) | 0;
        cell += inputChannels;
      }
    }
    const mean = ((sum > 0 ? sum + half : sum - half) / count) | 0;
    output[outputStart + channel] = clamp(mean, activationMin, activationMax);
  }
}
