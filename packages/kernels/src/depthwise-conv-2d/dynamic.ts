import type { Graph, OpOf } from "@smidgen/graph";
import { type ActivationRange, float32ActivationRange } from "../activation-range.ts";
import {
  dynamicQuantization,
  type DynamicQuantization,
  makeDynamicStep,
  type QuantizedInput,
  scaleDynamically,
  scalingOrders,
} from "../dynamic-quantization.ts";
import { filterScales, symmetricFilter, weightsOf } from "../requantization.ts";
import { biasOrZeros, tensorOfType } from "../requirements.ts";
import { clampReal } from "../rounding.ts";
import type { Step } from "../step.ts";
import { forEachWindow } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dGeometry } from "./depthwise-conv-2d.ts";
import { depthwiseConv2dWindowSum } from "./window-sum.ts";

const { fround } = Math;

type Params = DepthwiseConv2dGeometry &
  DynamicQuantization &
  ActivationRange & {
    readonly filter: Int8Array; // [filterHeight, filterWidth, outputChannels]
    readonly filterScales: Float32Array; // [outputChannels]
    readonly bias: Float32Array; // [outputChannels]
    readonly scalingOrder: number;
    /** Output elements that are made of one slice of the input. */
    readonly outputsPerSlice: number;
  };

/**
 * float32 depthwise convolution with int8 weights that have a scale for each output channel, or one for all ("hybrid"): each
 * image is quantized while the layer runs. Both profiles alike, since XNNPACK has none.
 *
 * Source: `EvalHybridPerChannel`, tflite/kernels/depthwise_conv.cc of LiteRT, and `DepthwiseConvHybridGeneral`,
 * tflite/kernels/internal/optimized/integer_ops/depthwise_conv_hybrid.h.
 */
export function depthwiseConv2dDynamic(op: OpOf<"depthwise-conv-2d">, graph: Graph): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const filter = symmetricFilter(graph, filterId, 3);
  tensorOfType(graph, outputId, "output", "float32");
  const geometry = depthwiseConv2dGeometry(op, graph);
  const { outputHeight, outputWidth, outputChannels: channels } = geometry;
  const { inputHeight, inputWidth, inputChannels } = geometry;
  const imageLength = inputHeight * inputWidth * inputChannels;
  return makeDynamicStep<Params>({
    kernel: "depthwise_conv_2d_dynamic",
    run: runDepthwiseConv2dDynamic,
    params: {
      ...geometry,
      ...dynamicQuantization(graph, inputId, imageLength, "asymmetric"),
      filter: weightsOf(filter),
      filterScales: filterScales(filter, channels),
      bias: biasOrZeros(graph, biasId, "float32", channels),
      scalingOrder: scalingOrders.sliceFirst,
      outputsPerSlice: outputHeight * outputWidth * channels,
      ...float32ActivationRange(op.options.activation),
    },
    input: inputId,
    output: outputId,
  });
}

function runDepthwiseConv2dDynamic(
  params: Params,
  input: QuantizedInput,
  output: Float32Array,
): void {
  forEachWindow(convolveAt, params, input, output);
}

function convolveAt(
  params: Params,
  { values, scales, zeroPoints }: QuantizedInput,
  output: Float32Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
): void {
  const { outputChannels, filterScales: channelScales, bias, scalingOrder } = params;
  const { outputsPerSlice, activationMin, activationMax } = params;
  const slice = (outputStart / outputsPerSlice) | 0;
  const inputOffset = 0 - zeroPoints[slice]!;
  for (let channel = 0; channel < outputChannels; channel++) {
    const sum = depthwiseConv2dWindowSum(
      params,
      values,
      inputOffset,
      origin,
      top,
      bottom,
      left,
      right,
      channel,
    );
    const real = scaleDynamically(sum, scales[slice]!, channelScales[channel]!, scalingOrder);
    const biased = fround(real + bias[channel]!);
    output[outputStart + channel] = clampReal(biased, activationMin, activationMax);
  }
}
