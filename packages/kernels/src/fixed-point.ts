import { roundHalfAwayFromZero } from "./rounding.ts";

/** A positive real number as `multiplier × 2^(shift − 31)`. */
export interface FixedPoint {
  /** int32, 2³⁰ to 2³¹ − 1; or 0 */
  readonly multiplier: number;
  /** −31 to 30; negative shifts go right */
  readonly shift: number;
}

/**
 * The fixed-point number nearest to a real one that is not negative.
 *
 * Exact for a float32 of at least 2⁻³²; below, the result is 0.
 * Source: `QuantizeMultiplier`, tensorflow/lite/kernels/internal/quantization_util.cc.
 */
export function toFixedPoint(real: number): FixedPoint {
  if (real === 0) return { multiplier: 0, shift: 0 };
  let { fraction, exponent: shift } = splitFraction(real);
  let multiplier = roundHalfAwayFromZero(fraction * 2 ** 31);
  if (multiplier === 2 ** 31) {
    multiplier /= 2;
    shift++;
  }
  if (shift < -31) return { multiplier: 0, shift: 0 };
  return { multiplier, shift };
}

/** `real = fraction × 2^exponent` with a fraction from 0.5 to below 1, as C's `frexp`. real > 0. */
export function splitFraction(real: number): {
  readonly fraction: number;
  readonly exponent: number;
} {
  let exponent = Math.floor(Math.log2(real)) + 1;
  let fraction = real / 2 ** exponent;
  // The logarithm is rounded, so it can be off by one next to a power of two.
  if (fraction >= 1) {
    fraction /= 2;
    exponent++;
  } else if (fraction < 0.5) {
    fraction *= 2;
    exponent--;
  }
  return { fraction, exponent };
}

/**
 * `x × multiplier × 2^(shift − 31)` in integers: x times the real number that `toFixedPoint` was given.
 *
 * The product is rounded half up, and then its shift half away from zero.
 * x: int32. multiplier: int32, not negative. shift: −31 to 30. A result outside int32 wraps.
 * Source: `MultiplyByQuantizedMultiplier`, tensorflow/lite/kernels/internal/common.cc.
 * C twin: `smg_scale` in fixed_point.h.
 */
export function scale(x: number, multiplier: number, shift: number): number {
  return shift > 0
    ? highMultiply(x << shift, multiplier)
    : shiftRight(highMultiply(x, multiplier), -shift);
}

/**
 * `(a × b + 2³⁰) >> 31` in 64 bits: the product of two fractions in Q0.31, rounded half up.
 *
 * a, b: int32; a saturated result (both −2³¹) does not occur, since one factor is never negative.
 * Source: `SaturatingRoundingDoublingHighMul`, gemmlowp/fixedpoint/fixedpoint.h.
 * C twin: `smg_high_multiply` in fixed_point.h.
 */
export function highMultiply(a: number, b: number): number {
  const low = Math.imul(a, b);
  return ((productHigh(a, b) << 1) + (((low >>> 30) + 1) >>> 1)) | 0;
}

/**
 * `x / 2^exponent`, rounded half away from zero. x: int32. exponent: 0 to 31.
 *
 * Source: `RoundingDivideByPOT`, gemmlowp/fixedpoint/fixedpoint.h.
 * C twin: `smg_shift_right` in fixed_point.h.
 */
export function shiftRight(x: number, exponent: number): number {
  const mask = ((1 << exponent) - 1) | 0;
  const threshold = (mask >> 1) + (x >>> 31);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/** Bits 32 to 63 of the product of two int32. C has 64-bit integers; here four 16-bit products make one. */
function productHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >> 16;
  const bLow = b & 0xffff;
  const bHigh = b >> 16;
  const middle = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) | 0;
  const carry = ((middle & 0xffff) + Math.imul(aLow, bHigh)) | 0;
  return (Math.imul(aHigh, bHigh) + (middle >> 16) + (carry >> 16)) | 0;
}
