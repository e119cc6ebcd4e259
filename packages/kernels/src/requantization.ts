import type { Graph, Tensor, TensorId } from "@smidgen/graph";
import { toFixedPoint } from "./fixed-point.ts";
import { perTensorOf, requireSupported, tensorOfType } from "./requirements.ts";
import type { Rounding } from "./step.ts";

/** From the sums of an output channel to stored integers. */
export type ChannelRequantization = {
  readonly multiplier: Int32Array; // [channels]
  readonly shift: Int8Array; // [channels]
};

/**
 * `input scale × filter scale / output scale` of each output channel in fixed point.
 *
 * Convolutions compute it in double, also where the filter has one scale.
 * Source: `PopulateConvolutionQuantizationParams`, tensorflow/lite/kernels/kernel_util.cc.
 */
export function channelRequantization(
  input: Tensor,
  filter: Tensor,
  output: Tensor,
  channels: number,
  rounding: Rounding,
): ChannelRequantization {
  const inputScale = perTensorOf(input, "input").scale;
  const outputScale = perTensorOf(output, "output").scale;
  return fixedPointPerChannel(
    channels,
    (channel) => (inputScale * filterScale(filter, channel)) / outputScale,
    rounding,
  );
}

export function fixedPointPerChannel(
  channels: number,
  real: (channel: number) => number,
  rounding: Rounding,
): ChannelRequantization {
  const multiplier = new Int32Array(channels);
  const shift = new Int8Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const fixed = toFixedPoint(real(channel), rounding);
    multiplier[channel] = fixed.multiplier;
    shift[channel] = fixed.shift;
  }
  return { multiplier, shift };
}

/** The scale of an output channel's weights. */
export function filterScale({ quantization }: Tensor, channel: number): number {
  if (quantization?.kind === "per-axis") return quantization.scales[channel] as number;
  return quantization?.scale as number;
}

/** An int8 filter that is symmetric: zero point 0, and one scale or one for each slice along `axis`. */
export function symmetricFilter(graph: Graph, id: TensorId, axis: number): Tensor {
  const filter = tensorOfType(graph, id, "filter", "int8");
  const { name, quantization } = filter;
  requireSupported(quantization !== undefined, `filter "${name}" has no scale`);
  requireSupported(
    quantization.kind === "per-axis" || quantization.zeroPoint === 0,
    `filter "${name}" has a zero point other than 0`,
    "Quantize the weights symmetrically, as the TensorFlow Lite 8-bit specification requires.",
  );
  requireSupported(
    quantization.kind === "per-tensor" || quantization.axis === axis,
    `filter "${name}" has a scale for each slice along axis ${quantization.kind === "per-axis" ? quantization.axis : ""}; axis ${axis} is the one of its output channels`,
  );
  return filter;
}
