import {
  elementCount,
  type OpOf,
  type Graph,
  type Shape,
  type Tensor,
  tensorOf,
} from "@smidgen/graph";
import { type FilterLayer, filterOperands } from "../filter-operands.ts";
import {
  type ChannelRequantization,
  channelRequantization,
  filterScale,
  fixedPointPerChannel,
} from "../requantization.ts";
import { perTensorOf, requireSupported } from "../requirements.ts";
import type { Rounding } from "../step.ts";

/** input [batches, depth], filter [units, depth] → output [batches, units] */
export type FullyConnectedGeometry = {
  readonly batches: number;
  readonly depth: number;
  readonly units: number;
};

export function fullyConnectedGeometry(
  { inputs: [input, filter] }: OpOf<"fully-connected">,
  graph: Graph,
): FullyConnectedGeometry {
  const [units, depth] = tensorOf(graph, filter).shape as Shape & readonly [number, number];
  return { batches: elementCount(tensorOf(graph, input).shape) / depth, depth, units };
}

export function fullyConnectedLayer(
  op: OpOf<"fully-connected">,
  graph: Graph,
): FilterLayer<FullyConnectedGeometry> {
  const [input, filter, bias] = op.inputs;
  const geometry = fullyConnectedGeometry(op, graph);
  return {
    geometry,
    operands: filterOperands(op, [input, filter, bias], {
      channels: geometry.units,
      channelAxis: 0,
    }),
  };
}

/**
 * With one filter scale the product of the scales is rounded to float32 before it is divided in double; with
 * one for each unit all is double, as in convolutions. The low bits of nearly every multiplier differ.
 *
 * Source: `GetQuantizedConvolutionMultipler`, tensorflow/lite/kernels/kernel_util.cc, and
 * `CalculateOpDataFullyConnected`, tensorflow/lite/micro/kernels/fully_connected_common.cc.
 */
export function fullyConnectedRequantization(
  input: Tensor,
  filter: Tensor,
  output: Tensor,
  units: number,
  rounding: Rounding,
): ChannelRequantization {
  const isPerUnit = filter.quantization?.kind === "per-axis" && units > 1;
  if (isPerUnit || rounding === "single") {
    return channelRequantization(input, filter, output, units, rounding);
  }
  const product = Math.fround(perTensorOf(input, "input").scale * filterScale(filter, 0));
  const real = product / perTensorOf(output, "output").scale;
  return fixedPointPerChannel(units, rounding, () => real);
}

/**
 * Refuses a bias that stands for other numbers than the sums it is added to.
 *
 * Source of the limit: `GetQuantizedConvolutionMultipler`, tensorflow/lite/kernels/kernel_util.cc.
 */
export function requireBiasScale(
  input: Tensor,
  filter: Tensor,
  bias: Tensor,
  output: Tensor,
): void {
  if (bias.quantization?.kind !== "per-tensor" || filter.quantization?.kind !== "per-tensor")
    return;
  const product = perTensorOf(input, "input").scale * filter.quantization.scale;
  const difference = Math.abs(product - bias.quantization.scale);
  requireSupported(
    difference / perTensorOf(output, "output").scale <= 0.02,
    `bias "${bias.name}" has scale ${bias.quantization.scale}, input scale × filter scale is ${product}`,
  );
}
