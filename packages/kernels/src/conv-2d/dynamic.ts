import type { Graph, OpOf, Tensor } from "@smidgen/graph";
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
import type { Numerics, Step } from "../step.ts";
import { forEachWindow } from "../window.ts";
import { type Conv2dGeometry, conv2dGeometry } from "./conv-2d.ts";
import { conv2dWindowSum } from "./window-sum.ts";

const { fround } = Math;

type Params = Conv2dGeometry &
  DynamicQuantization &
  ActivationRange & {
    readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, filterDepth]
    readonly filterScales: Float32Array; // [outputChannels]
    readonly bias: Float32Array; // [outputChannels]
    readonly scalingOrder: number;
    /** Output elements that are made of one slice of the input. */
    readonly outputsPerSlice: number;
  };

/**
 * float32 convolution with int8 weights that have a scale for each output channel, or one for all ("hybrid"): each image is
 * quantized while the layer runs.
 *
 * With double rounding as TensorFlow Lite's own kernels: symmetrically, if there is one scale and no group. With single rounding
 * as XNNPACK, which always quantizes asymmetrically, and pixel by pixel where a fully-connected layer would do.
 *
 * Source: `EvalHybrid` and `EvalHybridPerChannel`, tflite/kernels/conv.cc of LiteRT; src/qd8-f32-qc8w-igemm and
 * `xnn_define_convolution_2d`, src/subgraph/convolution-2d.c of XNNPACK.
 */
export function conv2dDynamic(op: OpOf<"conv-2d">, graph: Graph, { rounding }: Numerics): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const filter = symmetricFilter(graph, filterId, 0);
  tensorOfType(graph, outputId, "output", "float32");
  const geometry = conv2dGeometry(op, graph);
  const { groups, inputChannels, outputChannels: channels } = geometry;
  const isXnnpack = rounding === "single";
  const method = groups > 1 || hasSeveralScales(filter) ? "asymmetric" : "symmetric";
  const order = groups > 1 ? scalingOrders.channelFirst : scalingOrders.together;
  const isByPixel = isXnnpack && isFullyConnected(geometry);
  const cellsOf = (height: number, width: number) => (isByPixel ? 1 : height * width);
  const inputCells = cellsOf(geometry.inputHeight, geometry.inputWidth);
  const outputCells = cellsOf(geometry.outputHeight, geometry.outputWidth);
  return makeDynamicStep<Params>({
    kernel: "conv_2d_dynamic",
    run: runConv2dDynamic,
    params: {
      ...geometry,
      ...dynamicQuantization(
        graph,
        inputId,
        inputCells * inputChannels,
        isXnnpack ? "asymmetricOfXnnpack" : method,
      ),
      filter: weightsOf(filter),
      filterScales: filterScales(filter, channels),
      bias: biasOrZeros(graph, biasId, "float32", channels),
      scalingOrder: isXnnpack ? scalingOrders.sliceFirst : order,
      outputsPerSlice: outputCells * channels,
      ...float32ActivationRange(op.options.activation),
    },
    input: inputId,
    output: outputId,
  });
}

function hasSeveralScales({ quantization }: Tensor): boolean {
  if (quantization?.kind !== "per-axis") return false;
  return quantization.scales.some((scale) => scale !== quantization.scales[0]);
}

/** Whether each pixel of the output is made of one of the input, and is not made by a plain multiplication. */
function isFullyConnected(geometry: Conv2dGeometry): boolean {
  const { filterHeight, filterWidth, strideHeight, strideWidth, groups } = geometry;
  const isPixel = filterHeight * filterWidth * strideHeight * strideWidth === 1;
  return isPixel && groups === 1 && geometry.inputChannels + geometry.outputChannels > 2;
}

function runConv2dDynamic(params: Params, input: QuantizedInput, output: Float32Array): void {
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
    const sum = conv2dWindowSum(
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
