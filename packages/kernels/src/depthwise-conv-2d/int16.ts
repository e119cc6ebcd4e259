import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { channelRequantization, symmetricFilter, weightsOf } from "../requantization.ts";
import { tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { type LoopParams, makeStep, type Step } from "../step.ts";
import {
  requantizeWide,
  requireZeroPoints,
  widen,
  type WideRequantization,
  wideBiasOrZeros,
} from "../wide-requantization.ts";
import { forEachWindow } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dGeometry } from "./depthwise-conv-2d.ts";
import { depthwiseConv2dWindowSum } from "./window-sum.ts";

type Params = DepthwiseConv2dGeometry &
  WideRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [filterHeight, filterWidth, outputChannels]
    readonly bias: BigInt64Array; // [outputChannels]
  };

/**
 * int16 depthwise convolution with int8 weights that have a scale for each output channel, or one for all. Sums are int64.
 *
 * Source: `DepthwiseConvPerChannel` of int16, tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h.
 */
export function depthwiseConv2dInt16(op: OpOf<"depthwise-conv-2d">, graph: Graph): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 3);
  const output = tensorOfType(graph, outputId, "output", "int16");
  requireZeroPoints(input, output);
  const geometry = depthwiseConv2dGeometry(op, graph);
  const channels = geometry.outputChannels;
  return makeStep({
    kernel: "depthwise_conv_2d_int16",
    run: runDepthwiseConv2dInt16,
    params: {
      ...geometry,
      filter: weightsOf(filter),
      bias: wideBiasOrZeros(graph, biasId, channels, ["int64"]),
      ...widen(channelRequantization(input, filter, output, channels, "double"), "int64"),
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runDepthwiseConv2dInt16(
  params: LoopParams<Params>,
  input: Int16Array,
  output: Int16Array,
): void {
  forEachWindow(convolveAt, params, input, output);
}

function convolveAt(
  params: LoopParams<Params>,
  input: Int16Array,
  output: Int16Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
): void {
  const { outputChannels, bias, multiplier, shift, wraps, roundsTwice } = params;
  const { activationMin, activationMax } = params;
  for (let channel = 0; channel < outputChannels; channel++) {
    const sum =
      bias[channel]! +
      depthwiseConv2dWindowSum(params, input, 0, origin, top, bottom, left, right, channel);
    const scaled = requantizeWide(sum, multiplier[channel]!, shift[channel]!, wraps, roundsTwice);
    output[outputStart + channel] = clamp(scaled, activationMin, activationMax);
  }
}
