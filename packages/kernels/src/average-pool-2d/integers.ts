import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { requireSameQuantization, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { alongRow, forEachWindow, type WindowParams, windowParams } from "../window.ts";

type Params = WindowParams & ActivationRange;

type Elements = Int8Array | Int16Array;

/**
 * The mean of the stored integers of each window, rounded half away from (stored) zero.
 *
 * Source: `AveragePool`, tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h.
 */
export function averagePool2dIntegers(op: OpOf<"average-pool-2d">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  requireSameQuantization(input, output);
  const { filterHeight: height, filterWidth: width, activation } = op.options;
  return makeStep({
    kernel: `average_pool_2d_${input.type}`,
    run: runAveragePool2dIntegers,
    params: {
      ...windowParams(input.shape, output.shape, { height, width }, op.options),
      ...quantizedActivationRange(activation, output),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

const averageRow = alongRow(averageAt);

function runAveragePool2dIntegers(params: Params, input: Elements, output: Elements): void {
  forEachWindow(averageRow, params, input, output);
}

function averageAt(
  params: Params,
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
