import type { Graph, OpOf } from "@smidgen/graph";
import { int16Filter } from "../filter-operands.ts";
import { int16Convolution, type Int16ConvolutionParams } from "../int16-convolution.ts";
import { makeStep, type Step } from "../step.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dLayer } from "./depthwise-conv-2d.ts";
import { depthwiseConv2dWindowSum } from "./window-sum.ts";

type Params = DepthwiseConv2dGeometry & Int16ConvolutionParams;

/**
 * int16 depthwise convolution with int8 weights that have a scale for each output channel, or one for all. Sums are int64.
 *
 * Source: `DepthwiseConvPerChannel` of int16, tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h.
 */
export function depthwiseConv2dInt16(op: OpOf<"depthwise-conv-2d">, graph: Graph): Step {
  const { geometry, operands } = depthwiseConv2dLayer(op, graph);
  return makeStep({
    kernel: "depthwise_conv_2d_int16",
    run: runDepthwiseConv2dInt16,
    params: { ...geometry, ...int16Filter(graph, operands, undefined) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

const runDepthwiseConv2dInt16 = int16Convolution<Params>(depthwiseConv2dWindowSum);
