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
  if (shift < 0 && (x + 2 ** 20) >>> 21 === 0) {
    // |x| ≤ 2²⁰, so what the double holds is exact. It is positive, so cutting its fraction off rounds down.
    const product = ((x * multiplier * 2 ** -31 + (2 ** 20 + 0.5)) | 0) - 2 ** 20;
    return (product + (1 << (-shift - 1)) + (product >> 31)) >> -shift;
  }
  return scaleAny(x, multiplier, shift);
}

function scaleAny(x: number, multiplier: number, shift: number): number {
  return shift > 0
    ? highMultiply(x << shift, multiplier)
    : shiftRight(highMultiply(x, multiplier), -shift);
}

/**
 * `x × multiplier / 2^shift` rounded once, half up: `(x × multiplier + 2^(shift − 1)) >> shift` in 64 bits.
 *
 * x: an integer below 2⁴⁸ in size. multiplier: int32, not negative. Their product is below 2⁶³ and the result below 2⁵³ in
 * size. shift: 1 to 62.
 * Source: `MultiplyByQuantizedMultiplier` of int64, tensorflow/lite/kernels/internal/common.cc, which takes a multiplier of 16
 * bits; `MultiplyByQuantizedMultiplier`, ruy/apply_multiplier.cc.
 */
export function scaleOnce(x: number, multiplier: number, shift: number): number {
  // As in `highMultiply`: the low half of the product is exact, and so is what is left for the high one.
  const low = Math.imul(x, multiplier) >>> 0;
  const high = Math.floor((x * multiplier - low) / 4_294_967_296 + 0.5);
  if (shift > 32) return Math.floor((high + powerOfTwo(shift - 33)) / powerOfTwo(shift - 32));
  return high * powerOfTwo(32 - shift) + Math.floor(low / powerOfTwo(shift) + 0.5);
}

/** 2^exponent. exponent: 0 to 32. */
function powerOfTwo(exponent: number): number {
  return exponent < 31 ? 1 << exponent : (1 << (exponent - 2)) * 4;
}

/**
 * `(a × b + 2³⁰) >> 31` in 64 bits: the product of two fractions in Q0.31, rounded half up.
 *
 * a, b: int32; a saturated result (both −2³¹) does not occur, since one factor is never negative.
 * Source: `SaturatingRoundingDoublingHighMul`, gemmlowp/fixedpoint/fixedpoint.h.
 * C twin: `smg_high_multiply` in fixed_point.h.
 */
export function highMultiply(a: number, b: number): number {
  // C has 64-bit integers. Here the low half is exact, and what a double loses of the whole is less than 2¹⁰.
  const low = Math.imul(a, b);
  const high = Math.floor((a * b - (low >>> 0)) / 4_294_967_296 + 0.5);
  return ((high << 1) + (((low >>> 30) + 1) >>> 1)) | 0;
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
  // 1 if the rest is greater than the threshold; a comparison would be a branch that no processor can foresee.
  return (x >> exponent) + ((threshold - (x & mask)) >>> 31);
}
