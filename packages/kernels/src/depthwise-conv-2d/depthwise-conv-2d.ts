import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type FilterLayer, filterOperands } from "../filter-operands.ts";
import { type WindowParams, windowParams } from "../window.ts";

/** Where a depthwise convolution reads. The filter is [1, filterHeight, filterWidth, outputChannels]. */
export type DepthwiseConv2dGeometry = WindowParams & {
  /** Output channels that see the same input channel. */
  readonly depthMultiplier: number;
};

function depthwiseConv2dGeometry(
  op: OpOf<"depthwise-conv-2d">,
  graph: Graph,
): DepthwiseConv2dGeometry {
  const [inputId, filterId] = op.inputs;
  const input = tensorOf(graph, inputId).shape;
  const output = tensorOf(graph, op.outputs[0]).shape;
  const [, height = 1, width = 1] = tensorOf(graph, filterId).shape;
  const window = windowParams(input, output, { height, width }, op.options);
  return { ...window, depthMultiplier: window.outputChannels / window.inputChannels };
}

export function depthwiseConv2dLayer(
  op: OpOf<"depthwise-conv-2d">,
  graph: Graph,
): FilterLayer<DepthwiseConv2dGeometry> {
  const [input, filter, bias] = op.inputs;
  const geometry = depthwiseConv2dGeometry(op, graph);
  return {
    geometry,
    operands: filterOperands(op, [input, filter, bias], {
      channels: geometry.outputChannels,
      channelAxis: 3,
    }),
  };
}
