import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type WindowParams, windowParams } from "../window.ts";

/** Where a depthwise convolution reads. The filter is [1, filterHeight, filterWidth, outputChannels]. */
export type DepthwiseConv2dGeometry = WindowParams & {
  /** Output channels that see the same input channel. */
  readonly depthMultiplier: number;
};

export function depthwiseConv2dGeometry(
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
