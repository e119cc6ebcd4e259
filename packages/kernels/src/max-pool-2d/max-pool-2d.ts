import { type ElementArray, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import {
  type ActivationRange,
  float32ActivationRange,
  quantizedActivationRange,
} from "../activation-range.ts";
import { requireSameQuantization, tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";
import { forEachWindow, type WindowParams, windowParams } from "../window.ts";

type Params = WindowParams & ActivationRange;

/**
 * The largest value of each window, of any type: maxima are the same whatever the integers stand for.
 *
 * Source: `MaxPool`, tensorflow/lite/kernels/internal/reference/integer_ops/pooling.h and reference/pooling.h.
 */
export function maxPool2d(op: OpOf<"max-pool-2d">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  const { filterHeight: height, filterWidth: width, activation } = op.options;
  if (input.type !== "float32") requireSameQuantization(input, output);
  return makeStep({
    kernel: `max_pool_2d_${input.type}`,
    run: runMaxPool2d,
    params: {
      ...windowParams(input.shape, output.shape, { height, width }, op.options),
      ...(input.type === "float32"
        ? float32ActivationRange(activation)
        : quantizedActivationRange(activation, output)),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

type Elements = Exclude<ElementArray, BigInt64Array>;

function runMaxPool2d(params: Params, input: Elements, output: Elements): void {
  forEachWindow(maximumAt, params, input, output);
}

function maximumAt(
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
  for (let channel = 0; channel < inputChannels; channel++) {
    let largest = activationMin;
    for (let y = top; y < bottom; y++) {
      let cell = origin + (y * inputWidth + left) * inputChannels + channel;
      for (let x = left; x < right; x++) {
        const value = input[cell]!;
        if (value > largest) largest = value;
        cell += inputChannels;
      }
    }
    output[outputStart + channel] = largest < activationMax ? largest : activationMax;
  }
}
