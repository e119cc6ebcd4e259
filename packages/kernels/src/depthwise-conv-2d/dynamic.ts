import type { Graph, OpOf } from "@smidgen/graph";
import { dynamicConvolution, type DynamicConvolutionParams } from "../dynamic-convolution.ts";
import { dynamicQuantization, makeDynamicStep, scalingOrders } from "../dynamic-quantization.ts";
import { dynamicFilter } from "../filter-operands.ts";
import type { Step } from "../step.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dLayer } from "./depthwise-conv-2d.ts";
import { depthwiseConv2dWindowSum } from "./window-sum.ts";

type Params = DepthwiseConv2dGeometry & DynamicConvolutionParams;

/**
 * float32 depthwise convolution with int8 weights that have a scale for each output channel, or one for all ("hybrid"): each
 * image is quantized while the layer runs. Both profiles alike, since XNNPACK has none.
 *
 * Source: `EvalHybridPerChannel`, tflite/kernels/depthwise_conv.cc of LiteRT, and `DepthwiseConvHybridGeneral`,
 * tflite/kernels/internal/optimized/integer_ops/depthwise_conv_hybrid.h.
 */
export function depthwiseConv2dDynamic(op: OpOf<"depthwise-conv-2d">, graph: Graph): Step {
  const { geometry, operands } = depthwiseConv2dLayer(op, graph);
  const { inputHeight, inputWidth, inputChannels } = geometry;
  const { outputHeight, outputWidth, outputChannels } = geometry;
  const imageLength = inputHeight * inputWidth * inputChannels;
  return makeDynamicStep<Params>({
    kernel: "depthwise_conv_2d_dynamic",
    run: runDepthwiseConv2dDynamic,
    params: {
      ...geometry,
      ...dynamicQuantization(graph, operands.input, imageLength, "asymmetric"),
      ...dynamicFilter(graph, operands),
      scalingOrder: scalingOrders.sliceFirst,
      outputsPerSlice: outputHeight * outputWidth * outputChannels,
    },
    input: operands.input,
    output: operands.output,
  });
}

const runDepthwiseConv2dDynamic = dynamicConvolution<Params>(depthwiseConv2dWindowSum);
