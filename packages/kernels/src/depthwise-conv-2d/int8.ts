import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import {
  type ChannelRequantization,
  channelRequantization,
  requantize,
  symmetricFilter,
  weightsOf,
} from "../requantization.ts";
import { biasOrZeros, offsetOf, perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { forEachWindow } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dGeometry } from "./depthwise-conv-2d.ts";
import { depthwiseConv2dWindowSum } from "./window-sum.ts";

export type DepthwiseConv2dInt8Params = DepthwiseConv2dGeometry &
  ChannelRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [filterHeight, filterWidth, outputChannels]
    readonly bias: Int32Array; // [outputChannels]
    /** −zeroPoint */
    readonly inputOffset: number;
    readonly outputZeroPoint: number;
  };

/**
 * int8 depthwise convolution with a scale for each output channel, or one for all. Weights are int8, or int4 in a byte
 * each; LiteRT leaves those of int4 to its own kernel, which rounds twice.
 *
 * Source: `DepthwiseConvPerChannel`, tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h.
 */
export function depthwiseConv2dInt8(
  op: OpOf<"depthwise-conv-2d">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 3, ["int8", "int4"]);
  const output = tensorOfType(graph, outputId, "output", "int8");
  const geometry = depthwiseConv2dGeometry(op, graph);
  const channels = geometry.outputChannels;
  const isForXnnpack = filter.type === "int8";
  return makeStep({
    kernel: "depthwise_conv_2d_int8",
    run: runDepthwiseConv2dInt8,
    params: {
      ...geometry,
      filter: weightsOf(filter),
      bias: biasOrZeros(graph, biasId, "int32", channels),
      ...channelRequantization(input, filter, output, channels, isForXnnpack ? rounding : "double"),
      inputOffset: offsetOf(input, "input"),
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runDepthwiseConv2dInt8(
  params: DepthwiseConv2dInt8Params,
  input: Int8Array,
  output: Int8Array,
): void {
  forEachWindow(convolveAt, params, input, output);
}

function convolveAt(
  params: DepthwiseConv2dInt8Params,
  input: Int8Array,
  output: Int8Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
): void {
  const { outputChannels, bias, multiplier, shift, singleRounding: single } = params;
  const { inputOffset, outputZeroPoint, activationMin, activationMax } = params;
  for (let channel = 0; channel < outputChannels; channel++) {
    const sum = depthwiseConv2dWindowSum(
      params,
      input,
      inputOffset,
      origin,
      top,
      bottom,
      left,
      right,
      channel,
    );
    const whole = (bias[channel]! + sum) | 0;
    const scaled = requantize(whole, multiplier[channel]!, shift[channel]!, single);
    output[outputStart + channel] = clamp(scaled + outputZeroPoint, activationMin, activationMax);
  }
}
