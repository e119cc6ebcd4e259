import { highMultiply, shiftRight } from "./fixed-point.ts";

/*
 * Functions on fixed-point numbers in int32. Qm.n has m bits before the point, n behind it, and a sign.
 * Source: gemmlowp/fixedpoint/fixedpoint.h. C twin: fixed_point_functions.h.
 */

const oneQ31 = 2 ** 31 - 1;
const oneQ29 = 1 << 29;

/** e^a in Q0.31. a: Q(integerBits).(31 − integerBits), 0 or less; integerBits: 1 to 5. */
export function expOfNegative(a: number, integerBits: number): number {
  if (a === 0) return oneQ31;
  const fractionBits = 31 - integerBits;
  const quarter = 1 << (fractionBits - 2);
  // a = remainder of a quarter, in [−1/4, 0), minus quarters that are taken one power of two at a time.
  const small = (a & (quarter - 1)) - quarter;
  const quarters = small - a;
  let result = expNearZero(small << integerBits);
  if (quarters & quarter) result = highMultiply(result, 1_672_461_947); // e^−¼
  if (quarters & (quarter << 1)) result = highMultiply(result, 1_302_514_674); // e^−½
  if (quarters & (quarter << 2)) result = highMultiply(result, 790_015_084); // e^−1
  if (integerBits > 1 && quarters & (quarter << 3)) result = highMultiply(result, 290_630_308); // e^−2
  if (integerBits > 2 && quarters & (quarter << 4)) result = highMultiply(result, 39_332_535); // e^−4
  if (integerBits > 3 && quarters & (quarter << 5)) result = highMultiply(result, 720_401); // e^−8
  if (integerBits > 4 && quarters & (quarter << 6)) result = highMultiply(result, 242); // e^−16
  return result;
}

/** e^a in Q0.31 for a in [−1/4, 0) in Q0.31: Taylor's series at −1/8 up to the fourth power. */
function expNearZero(a: number): number {
  const expOfCenter = 1_895_147_668; // e^−⅛
  const third = 715_827_883;
  const x = a + (1 << 28);
  const x2 = highMultiply(x, x);
  const x3 = highMultiply(x2, x);
  const x4 = highMultiply(x2, x2);
  const x4Over24PlusX3Over6 = highMultiply(shiftRight(x4, 2) + x3, third);
  const series = x + shiftRight(x4Over24PlusX3Over6 + x2, 1);
  return expOfCenter + highMultiply(expOfCenter, series);
}

/** 1 / (1 + a) in Q0.31. a: Q0.31, 0 or more. */
export function oneOverOnePlus(a: number): number {
  return saturatingShiftLeft(reciprocalOfHalf(a), 1);
}

/** (1 − a) / (1 + a) in Q0.31. a: Q0.31, 0 or more. */
function oneMinusOverOnePlus(a: number): number {
  return saturatingShiftLeft((reciprocalOfHalf(a) - oneQ29) | 0, 2);
}

/** 2 / (1 + a) in Q2.29, by three steps of Newton and Raphson. a: Q0.31, 0 or more. */
function reciprocalOfHalf(a: number): number {
  const half = (a >> 1) + (1 << 30); // (1 + a) / 2
  let x = (1_515_870_810 + highMultiply(half, -1_010_580_540)) | 0; // 48/17 − 32/17 · half
  for (let step = 0; step < 3; step++) {
    const error = (oneQ29 - highMultiply(half, x)) | 0;
    x = (x + saturatingShiftLeft(highMultiply(x, error), 2)) | 0;
  }
  return x;
}

/** 1 / (1 + e^−a) in Q0.31. a: Q4.27. */
export function logisticOf(a: number): number {
  if (a === 0) return 1 << 30;
  const positive = oneOverOnePlus(expOfNegative(a > 0 ? -a : a, 4));
  return a > 0 ? positive : oneQ31 - positive;
}

/** tanh a in Q0.31. a: Q4.27. */
export function tanhOf(a: number): number {
  if (a === 0) return 0;
  // The same bits read as Q5.26 are 2a.
  const positive = oneMinusOverOnePlus(expOfNegative(a > 0 ? -a : a, 5));
  return a > 0 ? positive : -positive;
}

/** x · 2^exponent, limited to int32. */
export function saturatingShiftLeft(x: number, exponent: number): number {
  const shifted = x * 2 ** exponent;
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, shifted));
}
