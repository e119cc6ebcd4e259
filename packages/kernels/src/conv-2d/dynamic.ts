import { type Graph, type OpOf, type Tensor, tensorOf } from "@smidgen/graph";
import { dynamicConvolution, type DynamicConvolutionParams } from "../dynamic-convolution.ts";
import { dynamicQuantization, makeDynamicStep, scalingOrders } from "../dynamic-quantization.ts";
import { dynamicFilter } from "../filter-operands.ts";
import type { Numerics, Step } from "../step.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";
import { conv2dWindowSum } from "./window-sum.ts";

type Params = Conv2dGeometry & DynamicConvolutionParams;

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
  const { geometry, operands } = conv2dLayer(op, graph);
  const { groups, inputChannels, outputChannels } = geometry;
  const isXnnpack = rounding === "single";
  const isAsymmetric = groups > 1 || hasSeveralScales(tensorOf(graph, operands.filter));
  const method = isAsymmetric ? "asymmetric" : "symmetric";
  const order = groups > 1 ? scalingOrders.channelFirst : scalingOrders.together;
  const isByPixel = isXnnpack && isFullyConnected(geometry);
  const cellsOf = (height: number, width: number) => (isByPixel ? 1 : height * width);
  const inputCells = cellsOf(geometry.inputHeight, geometry.inputWidth);
  const outputCells = cellsOf(geometry.outputHeight, geometry.outputWidth);
  const inputLength = inputCells * inputChannels;
  return makeDynamicStep<Params>({
    kernel: "conv_2d_dynamic",
    run: runConv2dDynamic,
    params: {
      ...geometry,
      ...dynamicQuantization(
        graph,
        operands.input,
        inputLength,
        isXnnpack ? "asymmetricOfXnnpack" : method,
      ),
      ...dynamicFilter(graph, operands),
      scalingOrder: isXnnpack ? scalingOrders.sliceFirst : order,
      outputsPerSlice: outputCells * outputChannels,
    },
    input: operands.input,
    output: operands.output,
  });
}

const runConv2dDynamic = dynamicConvolution<Params>(conv2dWindowSum);

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
