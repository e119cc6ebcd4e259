import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type Int8Filter, int8Filter, int8OfSum } from "../filter-operands.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { alongRow, forEachWindow } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dLayer } from "./depthwise-conv-2d.ts";
import { depthwiseConv2dWindowSum } from "./window-sum.ts";

export type DepthwiseConv2dInt8Params = DepthwiseConv2dGeometry & Int8Filter;

/**
 * int8 depthwise convolution with a scale for each output channel, or one for all. Weights are int8, or int4 in a byte
 * each. XNNPACK takes no int4 and no layer without a bias: LiteRT leaves those to its own kernel, which rounds twice.
 *
 * Source: `DepthwiseConvPerChannel`, tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h.
 */
export function depthwiseConv2dInt8(
  op: OpOf<"depthwise-conv-2d">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const { geometry, operands } = depthwiseConv2dLayer(op, graph);
  const isForXnnpack =
    tensorOf(graph, operands.filter).type === "int8" && operands.bias !== undefined;
  const profile = isForXnnpack ? rounding : "double";
  return makeStep({
    kernel: "depthwise_conv_2d_int8",
    run: runDepthwiseConv2dInt8,
    params: { ...geometry, ...int8Filter(graph, operands, profile, ["int8", "int4"]) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

const convolveRow = alongRow(convolveAt);

function runDepthwiseConv2dInt8(
  params: DepthwiseConv2dInt8Params,
  input: Int8Array,
  output: Int8Array,
): void {
  forEachWindow(convolveRow, params, input, output);
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
  const { outputChannels, inputOffset } = params;
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
    output[outputStart + channel] = int8OfSum(params, sum, channel);
  }
}
