import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, float32ActivationRange } from "../activation-range.ts";
import { tensorOfType } from "../requirements.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { alongRow, forEachWindow, type WindowParams, windowParams } from "../window.ts";

const { fround } = Math;

type Params = WindowParams & ActivationRange;

/**
 * The mean of each window. Every sum is rounded to float32, in the order of the reference.
 *
 * Source: `AveragePool`, tensorflow/lite/kernels/internal/reference/pooling.h.
 */
export function averagePool2dFloat32(op: OpOf<"average-pool-2d">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "float32");
  const { filterHeight: height, filterWidth: width, activation } = op.options;
  return makeStep({
    kernel: "average_pool_2d_float32",
    run: runAveragePool2dFloat32,
    params: {
      ...windowParams(input.shape, output.shape, { height, width }, op.options),
      ...float32ActivationRange(activation),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

const averageRow = alongRow(averageAt);

function runAveragePool2dFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  forEachWindow(averageRow, params, input, output);
}

function averageAt(
  params: Params,
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
