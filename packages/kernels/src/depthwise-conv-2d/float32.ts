import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampRealSum } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { alongRow, forEachWindow } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dLayer } from "./depthwise-conv-2d.ts";

const { fround } = Math;

type Params = DepthwiseConv2dGeometry & Float32Filter;

/**
 * float32 depthwise convolution. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `DepthwiseConv`, tensorflow/lite/kernels/internal/reference/depthwiseconv_float.h.
 */
export function depthwiseConv2dFloat32(op: OpOf<"depthwise-conv-2d">, graph: Graph): Step {
  const { geometry, operands } = depthwiseConv2dLayer(op, graph);
  return makeStep({
    kernel: "depthwise_conv_2d_float32",
    run: runDepthwiseConv2dFloat32,
    params: { ...geometry, ...float32Filter(graph, operands) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

const convolveRow = alongRow(convolveAt);

function runDepthwiseConv2dFloat32(
  params: Params,
  input: Float32Array,
  output: Float32Array,
): void {
  forEachWindow(convolveRow, params, input, output);
}

function convolveAt(
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
  const { inputWidth, inputChannels, outputChannels, filterWidth, depthMultiplier } = params;
  const { dilationHeight, dilationWidth, filter, bias, activationMin, activationMax } = params;
  for (let inputChannel = 0; inputChannel < inputChannels; inputChannel++) {
    for (let m = 0; m < depthMultiplier; m++) {
      const channel = inputChannel * depthMultiplier + m;
      let sum = 0;
      for (let y = top; y < bottom; y++) {
        let weight = (y * filterWidth + left) * outputChannels + channel;
        let cell =
          origin +
          (y * dilationHeight * inputWidth + left * dilationWidth) * inputChannels +
          inputChannel;
        for (let x = left; x < right; x++) {
          sum = fround(sum + fround(filter[weight]! * input[cell]!));
          weight += outputChannels;
          cell += dilationWidth * inputChannels;
        }
      }
      output[outputStart + channel] = clampRealSum(
        sum + bias[channel]!,
        activationMin,
        activationMax,
      );
    }
  }
}
