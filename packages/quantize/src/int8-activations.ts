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
 */
function quantizationOf({ min, max }: Range): PerTensor {
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
