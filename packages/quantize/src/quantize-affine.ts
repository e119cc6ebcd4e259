import { perAxis, perTensor, type Quantization, type Shape } from "@smidgen/graph";
import { clamp, roundHalfAwayFromZero } from "./rounding.ts";

/** A layer's constants as floats. */
export interface AffineFloats {
  readonly weights: Float32Array;
  readonly shape: Shape;
  /** Axis of the output channels, each of which gets a scale; undefined: one scale for all. */
  readonly channelAxis: number | undefined;
  /** [channels] */
  readonly bias: Float32Array | undefined;
  readonly inputScale: number;
}

export interface AffineIntegers {
  /** −127…127 */
  readonly weights: Int8Array;
  readonly weightsQuantization: Quantization;
  readonly bias: Int32Array | undefined;
  readonly biasQuantization: Quantization;
}

const largestWeight = 127;
const smallestMagnitude = Math.fround(5e-7);
const largestBias = 2 ** 30 - 1;

/**
 * Weights as int8 around zero, and biases as int32 whose scale is the input's times the weights'.
 *
 * Arithmetic is float32 and rounds half away from zero, as in the TensorFlow Lite converter:
 * - A scale is the largest magnitude divided by 127. Magnitudes below 5·10⁻⁷ count as that much, so that
 *   channels of zeros have a scale too.
 * - Where a bias would need more than about 2³⁰, the weights' scale grows until it does not: half of int32 stays
 *   free for the products. The precision that the weights lose is below what the bias can show.
 *
 * Source: `GetUniformQuantizedTypeForWeight`, `GetUniformQuantizedPerAxisTypeForWeight` and `QuantizeLegacy`
 * in tensorflow/compiler/mlir/lite/quantization/common/quantization_lib/quantization_utils.cc;
 * `SetBiasParamsWithAdjustments` in tfl_quantization_driver.cc beside it; `PortableSymmetricQuantizeFloats`
 * in tensorflow/compiler/mlir/lite/quantization/lite/toco_legacy/portable_tensor_utils.cc;
 * `SymmetricPerChannelQuantizeValues` and `SymmetricBiasQuantize` in
 * tensorflow/compiler/mlir/tools/optimize/quantization_utils.cc.
 *
 * One difference: where a per-tensor scale had to grow (for a bias, or from below 5·10⁻⁷), the converter
 * rounds the weights by the scale they would have had, unless the two are more than 10⁻³ apart; its
 * integers then stand for other weights. Ours follow the scale that is stored.
 */
export function quantizeAffine(floats: AffineFloats): AffineIntegers {
  const { weights, shape, channelAxis, bias, inputScale } = floats;
  const isPerChannel = channelAxis !== undefined;
  const sliceOfWeight = isPerChannel ? sliceAlong(shape, channelAxis) : () => 0;
  const sliceOfBias = isPerChannel ? (channel: number) => channel : () => 0;
  const sliceCount = isPerChannel ? (shape[channelAxis] ?? 0) : 1;

  const magnitudes = largestMagnitudes(weights, sliceCount, sliceOfWeight);
  const biasMagnitudes = largestMagnitudes(bias ?? [], sliceCount, sliceOfBias);
  const ownScales = magnitudes.map((magnitude) =>
    Math.fround(Math.max(magnitude, smallestMagnitude) / largestWeight),
  );
  const scales = ownScales.map((own, slice) => {
    const neededForBias = (biasMagnitudes[slice] ?? 0) / largestBias / inputScale;
    return Math.fround(Math.max(own, neededForBias));
  });
  const biasScales = scales.map((scale) => Math.fround(inputScale * scale));
  const inverses = scales.map((scale, slice) => {
    const magnitude = magnitudes[slice] ?? 0;
    const isOwn = scale === ownScales[slice] && magnitude >= smallestMagnitude;
    // The converter divides once for per-tensor weights and twice for per-channel ones.
    return Math.fround(!isPerChannel && isOwn ? largestWeight / magnitude : 1 / scale);
  });
  return {
    weights: Int8Array.from(weights, (weight, i) =>
      scaled(weight, inverses[sliceOfWeight(i)] ?? 0, largestWeight),
    ),
    weightsQuantization: isPerChannel ? perAxis(channelAxis, scales) : perTensor(scales[0] ?? 0, 0),
    bias:
      bias &&
      Int32Array.from(bias, (value, channel) =>
        scaled(value, Math.fround(1 / (biasScales[sliceOfBias(channel)] ?? 0)), 2 ** 31 - 1),
      ),
    biasQuantization: isPerChannel ? perAxis(0, biasScales) : perTensor(biasScales[0] ?? 0, 0),
  };
}

/** Position in a flat array → position along the axis. */
function sliceAlong(shape: Shape, axis: number): (index: number) => number {
  const sliceSize = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const count = shape[axis] ?? 0;
  return (index) => Math.floor(index / sliceSize) % count;
}

function largestMagnitudes(
  values: Iterable<number>,
  sliceCount: number,
  sliceOf: (index: number) => number,
): readonly number[] {
  const magnitudes = Array.from({ length: sliceCount }, () => 0);
  let index = 0;
  for (const value of values) {
    const slice = sliceOf(index++);
    magnitudes[slice] = Math.max(magnitudes[slice] ?? 0, Math.abs(value));
  }
  return magnitudes;
}

function scaled(value: number, inverseScale: number, limit: number): number {
  return clamp(roundHalfAwayFromZero(Math.fround(value * inverseScale)), -limit, limit);
}
