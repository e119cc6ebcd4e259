import { elementTypes, type Tensor } from "@smidgen/graph";
import { clamp, roundHalfAwayFromZero } from "./rounding.ts";
import type { ActivationFormat, PerTensor } from "./op-rules.ts";

/**
 * A float constant that is computed with like an activation: an operand of an addition, say. Its range is
 * that of its contents, unless it shares that of others; values beyond are then the nearest there is.
 *
 * Source: `GetUniformQuantizedTypeForWeight` with `symmetric` false in quantization_utils.cc, and
 * `UniformQuantizedValueConverter::quantizeF32ToInt8` in tensorflow/compiler/mlir/quantization/common/ir/
 * UniformSupport.h: a division in float64, rounded half away from zero.
 */
export function quantizeConstant(
  constant: Tensor & { readonly data: Float32Array },
  { type, quantizationOf }: ActivationFormat,
  quantization: PerTensor = quantizationOf(rangeOf(constant.data)),
): Tensor {
  const { scale, zeroPoint } = quantization;
  const { array, range } = elementTypes[type];
  const [lowest, highest] = range ?? [0, 0];
  const data = new array(constant.data.length) as Int8Array;
  for (const [i, value] of constant.data.entries()) {
    data[i] = clamp(roundHalfAwayFromZero(value / scale + zeroPoint), lowest, highest);
  }
  return { ...constant, type, quantization, data };
}

function rangeOf(values: Float32Array): { min: number; max: number } {
  let min = Infinity;
  let max = -Infinity;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return { min, max };
}
