import type { Graph, Tensor, TensorId } from "@smidgen/graph";
import { scale, toFixedPoint } from "./fixed-point.ts";
import { perTensorOf, requireSupported, tensorOfType } from "./requirements.ts";
import { roundHalfToEven } from "./rounding.ts";
import type { Rounding } from "./step.ts";

const { fround } = Math;

/** From the sums of each output channel to stored integers, as `requantize` takes it. */
export type ChannelRequantization = {
  readonly multiplier: Int32Array; // [channels]
  readonly shift: Int8Array; // [channels]
  readonly singleRounding: number;
};

/**
 * A sum of products rescaled to stored integers, before the zero point is added.
 *
 * With `single` = 0 in integers, as `scale`; with 1 as a float32 product that is rounded once, half to even.
 * sum: int32. multiplier, shift: a `FixedPoint`.
 * Source of the second: `xnn_qs8_requantize_fp32`, xnnpack/src/xnnpack/requantization.h.
 * C twin: `smg_requantize` in requantization.h.
 */
export function requantize(sum: number, multiplier: number, shift: number, single: number): number {
  if (single === 0) return scale(sum, multiplier, shift);
  const real = multiplier * powersOfTwo[shift + 31]!;
  return roundHalfToEven(fround(fround(sum) * real));
}

/** 2^(shift − 31) for each shift from −31 up. */
const powersOfTwo = Float64Array.from({ length: 63 }, (_, i) => 2 ** (i - 62));

/** How `requantize` is told which rounding to use, since the fields of `params` are numbers. */
export function singleRounding(rounding: Rounding): 0 | 1 {
  return rounding === "single" ? 1 : 0;
}

/**
 * `input scale × filter scale / output scale` of each output channel in fixed point.
 *
 * Convolutions compute it in double, also where the filter has one scale; with single rounding in float32.
 * Source: `PopulateConvolutionQuantizationParams`, tensorflow/lite/kernels/kernel_util.cc;
 * `init_requantization_scale_qx8_qc8w`, xnnpack/src/operators/convolution-nhwc.c.
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
  return fixedPointPerChannel(channels, rounding, (channel) => {
    const product = inputScale * filterScale(filter, channel);
    return rounding === "single" ? fround(fround(product) / outputScale) : product / outputScale;
  });
}

export function fixedPointPerChannel(
  channels: number,
  rounding: Rounding,
  real: (channel: number) => number,
): ChannelRequantization {
  const multiplier = new Int32Array(channels);
  const shift = new Int8Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const fixed = toFixedPoint(real(channel));
    multiplier[channel] = fixed.multiplier;
    shift[channel] = fixed.shift;
  }
  return { multiplier, shift, singleRounding: singleRounding(rounding) };
}

/** The scale of an output channel's weights. */
export function filterScale({ quantization }: Tensor, channel: number): number {
  if (quantization?.kind === "per-axis") return quantization.scales[channel] as number;
  return quantization?.scale as number;
}

/** The scale of each output channel's weights. */
export function filterScales(filter: Tensor, channels: number): Float32Array {
  return Float32Array.from({ length: channels }, (_, channel) => filterScale(filter, channel));
}

/** A filter that is symmetric: zero point 0, and one scale or one for each slice along `axis`. */
export function symmetricFilter(
  graph: Graph,
  id: TensorId,
  axis: number,
  types: readonly FilterType[] = ["int8"],
): Tensor {
  const filter = tensorOfType(graph, id, "filter", ...types);
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

type FilterType = "int8" | "int4";

/** The weights of a `symmetricFilter`. In memory int4 takes a byte, too. */
export function weightsOf({ name, data }: Tensor): Int8Array {
  requireSupported(data !== undefined, `filter "${name}" is computed; it must be a constant`);
  return data as Int8Array;
}
