import type { Range } from "./ranges.ts";
import { clamp, roundHalfAwayFromZero } from "./rounding.ts";
import type { ActivationFormat, PerTensor } from "./op-rules.ts";

/** int8 with a zero point of its own, so that the whole range is used. */
export const int8Activations: ActivationFormat = { type: "int8", quantizationOf };

const lowest = -128;
const highest = 127;
const nearZero = 1e-6;

/**
 * Scale and zero point that cover the range and 0.
 *
 * A range narrower than 10⁻⁶ is widened by that much on both sides, lest a network's dead ends make scales
 * that no multiplier can express. The scale is computed in float32; it is infinite if the range is wider
 * than float32 can say.
 * Source: `ConvertStatsToQDQs` in tensorflow/compiler/mlir/lite/quantization/quantization_utils.h and
 * `DownCastScale` in quantization_utils.cc, as the TensorFlow Lite converter calls them (with
 * `legacy_float_scale`). The converter before it, `GetAsymmetricQuantizationParams` in
 * tensorflow/lite/tools/optimize/quantization_utils.cc, does not widen and rounds once more on the way to
 * the zero point.
 *
 * Ends that are no float32 were not measured by a float network but worked out, from a scale and a zero point for
 * instance; they are computed with in float64, which gives those back.
 */
function quantizationOf({ min, max }: Range): PerTensor {
  if (!isFloat32(min) || !isFloat32(max)) return fromExactRange(min, max);
  let low = Math.min(Math.fround(min), 0);
  let high = Math.max(Math.fround(max), 0);
  if (high - low < nearZero) {
    low -= nearZero;
    high += nearZero;
  }
  const width = Math.fround(Math.fround(high) - Math.fround(low));
  const scale = Math.fround(width / (highest - lowest));
  const zeroPoint = roundHalfAwayFromZero(Math.fround(lowest - low / scale));
  return { kind: "per-tensor", scale, zeroPoint: clamp(zeroPoint, lowest, highest) };
}

function isFloat32(x: number): boolean {
  return Math.fround(x) === x;
}

function fromExactRange(min: number, max: number): PerTensor {
  let low = Math.min(min, 0);
  let high = Math.max(max, 0);
  if (high - low < nearZero) {
    low -= nearZero;
    high += nearZero;
  }
  const width = Number.isFinite(Math.fround(high - low)) ? high - low : Infinity;
  const scale = Math.fround(width / (highest - lowest));
  const zeroPoint = roundHalfAwayFromZero(lowest - low / scale);
  return { kind: "per-tensor", scale, zeroPoint: clamp(zeroPoint, lowest, highest) };
}
