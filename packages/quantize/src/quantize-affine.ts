import {
  type ElementArrays,
  perAxis,
  perTensor,
  type Quantization,
  type Shape,
} from "@smidgen/graph";
import { clamp, roundHalfAwayFromZero } from "./rounding.ts";
import type { Converter } from "./scheme.ts";

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

export interface AffineIntegers<B extends BiasType = BiasType> {
  /** −127…127, or −7…7 */
  readonly weights: Int8Array;
  readonly weightsQuantization: Quantization;
  readonly bias: ElementArrays[B] | undefined;
  readonly biasQuantization: Quantization;
}

export type BiasType = "int32" | "int64";

/** How a layer's constants are stored. */
export interface AffineFormat<B extends BiasType = BiasType> {
  /** 127 for int8, 7 for int4. */
  readonly largestWeight: number;
  readonly biasType: B;
  readonly converter: Converter;
}

const { fround } = Math;

/**
 * Weights around zero, and biases whose scale is the input's times the weights'.
 *
 * Arithmetic is float32 and rounds half away from zero. A scale is the largest magnitude divided by 127 (or 7).
 * Where an int32 bias would need more than about 2³⁰, the weights' scale grows until it does not: half of int32 stays
 * free for the products. The precision that the weights lose is below what the bias can show.
 *
 * TensorFlow's converter has had two quantizers, which differ in the last bits:
 *
 * |                                       | `classic`                   | `mlir`                                  |
 * | ------------------------------------- | --------------------------- | --------------------------------------- |
 * | a scale per channel: weights times    | float32(127 / magnitude)    | float32(1 / scale)                      |
 * | magnitudes below 5·10⁻⁷               | have a scale of their own   | count as that much                      |
 * | scale that a bias needs, computed as  | magnitude, in float32 steps | scale, in float64                       |
 *
 * Source of `classic`: `SymmetricPerChannelQuantization`, `AdjustWeightsForBiasScale` and
 * `SymmetricPerLayerBiasQuantize` in tensorflow/lite/tools/optimize/quantization_utils.cc. Of `mlir`:
 * `GetUniformQuantizedTypeForWeight`, `GetUniformQuantizedPerAxisTypeForWeight` and `QuantizeLegacy` in
 * tensorflow/compiler/mlir/lite/quantization/common/quantization_lib/quantization_utils.cc;
 * `SetBiasParamsWithAdjustments` in tfl_quantization_driver.cc beside it; `PortableSymmetricQuantizeFloats` in
 * tensorflow/compiler/mlir/lite/quantization/lite/toco_legacy/portable_tensor_utils.cc;
 * `SymmetricPerChannelQuantizeValues` and `SymmetricBiasQuantize` in
 * tensorflow/compiler/mlir/tools/optimize/quantization_utils.cc.
 *
 * Two differences: channels of zeros without a bias get the scale 5·10⁻⁷/127 from both, since no runtime takes the 0
 * that `classic` writes. And where a per-tensor scale had to grow (for a bias, or from below 5·10⁻⁷), `mlir` rounds the
 * weights by the scale they would have had, unless the two are more than 10⁻³ apart; its integers then stand for
 * other weights. Ours follow the scale that is stored.
 */
export function quantizeAffine<B extends BiasType>(
  { weights, shape, channelAxis, bias, inputScale }: AffineFloats,
  { largestWeight, biasType, converter }: AffineFormat<B>,
): AffineIntegers<B> {
  const isPerChannel = channelAxis !== undefined;
  const sliceOfWeight = isPerChannel ? sliceAlong(shape, channelAxis) : () => 0;
  const sliceOfBias = isPerChannel ? (channel: number) => channel : () => 0;
  const sliceCount = isPerChannel ? (shape[channelAxis] ?? 0) : 1;

  const magnitudes = largestMagnitudes(weights, sliceCount, sliceOfWeight);
  const biasMagnitudes = largestMagnitudes(bias ?? [], sliceCount, sliceOfBias);
  const rule = { classic: classicScale, mlir: mlirScale(isPerChannel) }[converter];
  const slices = magnitudes.map((magnitude, slice) => {
    const { scale, inverse, biasScale } = rule(magnitude, inputScale, largestWeight, {
      magnitude: biasMagnitudes[slice] ?? 0,
      largest: largestBiases[biasType][converter],
    });
    return { scale, inverse, biasScale, biasInverse: fround(1 / biasScale) };
  });
  const quantizationOf = (axis: number, scales: readonly number[]) =>
    isPerChannel ? perAxis(axis, scales) : perTensor(scales[0] ?? 0, 0);
  return {
    weights: Int8Array.from(weights, (weight, i) =>
      scaled(weight, slices[sliceOfWeight(i)]?.inverse ?? 0, largestWeight),
    ),
    weightsQuantization: quantizationOf(
      channelAxis ?? 0,
      slices.map(({ scale }) => scale),
    ),
    bias:
      bias &&
      integersOf(biasType, bias, (channel) => slices[sliceOfBias(channel)]?.biasInverse ?? 0),
    biasQuantization: quantizationOf(
      0,
      slices.map(({ biasScale }) => biasScale),
    ),
  };
}

/** A bias whose scale does not depend on it: of recurrent layers. What does not fit in int32 is the nearest that does. */
export function quantizeBias(bias: Float32Array, scale: number): Int32Array {
  return integersOf("int32", bias, () => fround(1 / scale));
}

/** What a slice's weights are divided by, and what they are multiplied with to do so. */
type ScaleRule = (
  magnitude: number,
  inputScale: number,
  largestWeight: number,
  bias: { readonly magnitude: number; readonly largest: number },
) => { readonly scale: number; readonly inverse: number; readonly biasScale: number };

const smallestMagnitude = fround(5e-7);
const largestInt32 = 2 ** 31 - 1;
/**
 * What biases may need before the weights' scale grows: half of int32, and of the 48 bits that kernels of 16-bit
 * activations rescale. The converter does not look at the latter, which no trained network reaches.
 */
const largestBiases = {
  int32: { classic: largestInt32 / 2, mlir: 2 ** 30 - 1 },
  int64: { classic: 2 ** 45, mlir: 2 ** 45 },
} as const;

function classicScale(
  magnitude: number,
  inputScale: number,
  largestWeight: number,
  bias: Parameters<ScaleRule>[3],
): ReturnType<ScaleRule> {
  const own = fround(magnitude / largestWeight);
  const isTooFine = bias.magnitude > 0 && bias.magnitude >= inputScale * own * bias.largest;
  const needed = isTooFine
    ? fround((bias.magnitude / bias.largest) * fround(largestWeight / inputScale))
    : magnitude;
  // Both scales have to be normal float32 numbers.
  const isTiny = Math.min(1, inputScale) * fround(needed / largestWeight) < 2 ** -126;
  const widened = isTiny ? smallestMagnitude : needed;
  const scale = fround(widened / largestWeight);
  return { scale, inverse: fround(largestWeight / widened), biasScale: fround(inputScale * scale) };
}

function mlirScale(isPerChannel: boolean): ScaleRule {
  return (magnitude, inputScale, largestWeight, bias) => {
    const own = fround(Math.max(magnitude, smallestMagnitude) / largestWeight);
    const biasScale = fround(inputScale * own);
    const neededForBias = bias.magnitude / bias.largest;
    if (bias.magnitude / biasScale > bias.largest) {
      const scale = fround(neededForBias / inputScale);
      return { scale, inverse: fround(1 / scale), biasScale: fround(neededForBias) };
    }
    // Per-tensor weights are divided once, per-channel ones twice.
    const isOnce = !isPerChannel && magnitude >= smallestMagnitude;
    return { scale: own, inverse: fround(isOnce ? largestWeight / magnitude : 1 / own), biasScale };
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

function integersOf<B extends BiasType>(
  type: B,
  values: Float32Array,
  inverseOf: (channel: number) => number,
): ElementArrays[B] {
  const integers =
    type === "int32"
      ? Int32Array.from(values, (value, i) => scaled(value, inverseOf(i), largestInt32))
      : BigInt64Array.from(values, (value, i) => BigInt(scaled(value, inverseOf(i), 2 ** 62)));
  return integers as ElementArrays[B];
}

function scaled(value: number, inverseScale: number, limit: number): number {
  return clamp(roundHalfAwayFromZero(fround(value * inverseScale)), -limit, limit);
}
