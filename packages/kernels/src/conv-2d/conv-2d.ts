import { type OpOf, type Graph, type Shape, tensorOf } from "@smidgen/graph";
import { type FilterLayer, filterOperands } from "../filter-operands.ts";
import { type WindowParams, windowParams } from "../window.ts";

/** Where a convolution reads. The filter is [outputChannels, filterHeight, filterWidth, filterDepth]. */
export type Conv2dGeometry = WindowParams & {
  /** Input channels that an output channel sees. */
  readonly filterDepth: number;
  readonly groups: number;
  /** Output channels that see the same input channels. */
  readonly channelsPerGroup: number;
};

function conv2dGeometry(op: OpOf<"conv-2d">, graph: Graph): Conv2dGeometry {
  const [inputId, filterId] = op.inputs;
  const input = tensorOf(graph, inputId).shape;
  const output = tensorOf(graph, op.outputs[0]).shape;
  const filter = tensorOf(graph, filterId).shape;
  const [outputChannels, height, width, filterDepth] = filter as Shape4d;
  const window = windowParams(input, output, { height, width }, op.options);
  const groups = window.inputChannels / filterDepth;
  return { ...window, filterDepth, groups, channelsPerGroup: outputChannels / groups };
}

export function conv2dLayer(op: OpOf<"conv-2d">, graph: Graph): FilterLayer<Conv2dGeometry> {
  const [input, filter, bias] = op.inputs;
  const geometry = conv2dGeometry(op, graph);
  return {
    geometry,
    operands: filterOperands(op, [input, filter, bias], {
      channels: geometry.outputChannels,
      channelAxis: 0,
    }),
  };
}

type Shape4d = Shape & readonly [number, number, number, number];
