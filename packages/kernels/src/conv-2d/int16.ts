import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { channelRequantization, symmetricFilter, weightsOf } from "../requantization.ts";
import { tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { type LoopParams, makeStep, type Numerics, type Step } from "../step.ts";
import {
  hasInt32Bias,
  requantizeWide,
  requireZeroPoints,
  widen,
  type WideRequantization,
  wideBiasOrZeros,
} from "../wide-requantization.ts";
import { forEachWindow } from "../window.ts";
import { type Conv2dGeometry, conv2dGeometry } from "./conv-2d.ts";
import { conv2dWindowSum } from "./window-sum.ts";

type Params = Conv2dGeometry &
  WideRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, filterDepth]
    readonly bias: BigInt64Array; // [outputChannels]
  };

/**
 * int16 convolution with int8 weights that have a scale for each output channel, or one for all. Sums are int64; int32 if the
 * bias is.
 *
 * LiteRT rounds sums of int32 once, except those of groups, which it leaves to the reference.
 *
 * Source: `ConvPerChannel` of int16, tensorflow/lite/kernels/internal/reference/integer_ops/conv.h;
 * `EvalQuantizedPerChannel16x8`, tflite/kernels/conv.cc of LiteRT.
 */
export function conv2dInt16(op: OpOf<"conv-2d">, graph: Graph, { rounding }: Numerics): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 0);
  const output = tensorOfType(graph, outputId, "output", "int16");
  requireZeroPoints(input, output);
  const geometry = conv2dGeometry(op, graph);
  const channels = geometry.outputChannels;
  const requantization = channelRequantization(input, filter, output, channels, "double");
  const ofInt32 = rounding === "single" && geometry.groups === 1 ? "int32-once" : "int32-twice";
  return makeStep({
    kernel: "conv_2d_int16",
    run: runConv2dInt16,
    params: {
      ...geometry,
      filter: weightsOf(filter),
      bias: wideBiasOrZeros(graph, biasId, channels, ["int64", "int32"]),
      ...widen(requantization, hasInt32Bias(graph, biasId) ? ofInt32 : "int64"),
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runConv2dInt16(params: LoopParams<Params>, input: Int16Array, output: Int16Array): void {
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
      bias[channel]! + conv2dWindowSum(params, input, 0, origin, top, bottom, left, right, channel);
    const scaled = requantizeWide(sum, multiplier[channel]!, shift[channel]!, wraps, roundsTwice);
    output[outputStart + channel] = clamp(scaled, activationMin, activationMax);
  }
}
