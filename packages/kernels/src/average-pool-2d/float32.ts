import type { Graph, OpOf } from "@smidgen/graph";
import { makePoolStep, type PoolParams } from "../pool-2d.ts";
import { clampReal } from "../rounding.ts";
import type { Step } from "../step.ts";
import { alongRow, forEachWindow } from "../window.ts";

const { fround } = Math;

/**
 * The mean of each window. Every sum is rounded to float32, in the order of the reference.
 *
 * Source: `AveragePool`, tensorflow/lite/kernels/internal/reference/pooling.h.
 */
export function averagePool2dFloat32(op: OpOf<"average-pool-2d">, graph: Graph): Step {
  return makePoolStep(op, graph, "average_pool_2d", runAveragePool2dFloat32);
}

const averageRow = alongRow(averageAt);

function runAveragePool2dFloat32(
  params: PoolParams,
  input: Float32Array,
  output: Float32Array,
): void {
  forEachWindow(averageRow, params, input, output);
}

function averageAt(
  params: PoolParams,
  input: Float32Array,
  output: Float32Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
): void {
  const { inputWidth, inputChannels, activationMin, activationMax } = params;
  const count = (bottom - top) * (right - left);
  for (let channel = 0; channel < inputChannels; channel++) {
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      let cell = origin + (y * inputWidth + left) * inputChannels + channel;
      for (let x = left; x < right; x++) {
        sum = fround(sum + input[cell]!);
        cell += inputChannels;
      }
    }
    output[outputStart + channel] = clampReal(sum / count, activationMin, activationMax);
  }
}
