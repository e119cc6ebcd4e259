import { highMultiply, shiftRight } from "./fixed-point.ts";
import { oneOverOnePlus, saturatingShiftLeft } from "./fixed-point-functions.ts";

/*
 * Roots and logarithms of fixed-point numbers in int32; the notation is that of fixed-point-functions.ts.
 * Source: tensorflow/lite/kernels/internal/common.h. C twin: fixed_point_roots.h.
 */

const sqrtHalf = 1_518_500_250; // Q0.31

/**
 * `1 / √x = multiplier × 2^(shift − 31)`: the multiplier; `inverseSquareRootShift` is the shift.
 *
 * x: int32, not negative; 0 counts as 1. By five steps of Newton and Raphson.
 * Source: `GetInvSqrtQuantizedMultiplierExp`.
 */
export function inverseSquareRoot(x: number): number {
  if (x <= 1) return 2 ** 31 - 1;
  const rightShift = normalizingShift(x);
  // From ¼ to below 1 in Q3.28
  const normalized = normalize(x) >> 1;
  const half = shiftRight(normalized, 1);
  let root = 1 << 28; // Q3.28
  for (let step = 0; step < 5; step++) {
    const cube = saturatingShiftLeft(highMultiply(highMultiply(root, root), root), 6);
    const next = (highMultiply(oneAndAHalf, root) - highMultiply(half, cube)) | 0;
    root = saturatingShiftLeft(next, 3);
  }
  const result = highMultiply(root, sqrtHalf);
  return rightShift < 0 ? result << -rightShift : result;
}

/** From −31 to 0. */
export function inverseSquareRootShift(x: number): number {
  return x <= 1 ? 0 : Math.min(0, -normalizingShift(x));
}

const oneAndAHalf = 3 << 27; // Q3.28

/** How far right the root of a normalized number is from the one of x. */
function normalizingShift(x: number): number {
  return 11 + quarterings(x) - doublingPairs(x);
}

/** x times or divided by a power of four, from 2²⁷ to below 2²⁹. */
function normalize(x: number): number {
  return (x >> (2 * quarterings(x))) << (2 * doublingPairs(x));
}

function quarterings(x: number): number {
  return x >= 2 ** 29 ? 1 : 0;
}

function doublingPairs(x: number): number {
  const leadingZeros = Math.clz32(x >> (2 * quarterings(x)));
  return ((leadingZeros - 1) >> 1) - 1;
}

/**
 * ln x in Q5.26. x: Q12.19, 1 or more.
 *
 * x is split into a power of two and a rest near √½; the logarithm of the rest is a quotient of polynomials.
 * Source: `log_x_for_x_greater_than_or_equal_to_1_impl`.
 */
export function logarithm(x: number): number {
  const ln2 = 1_488_522_236; // Q0.31, as all constants here
  const fourthRootOfHalf = 1_805_811_301;
  const quarter = 1 << 23; // Q6.25
  // Twice the same: once as it is, once multiplied by √½. The smaller rest counts.
  const leadingZeros = Math.clz32(x);
  const restA = saturatingShiftLeft(
    highMultiply(saturatingShiftLeft(x, leadingZeros - 1), sqrtHalf),
    1,
  );
  const powerA = ((12 - leadingZeros) << 25) + quarter;
  const headroom = Math.clz32(highMultiply(x, sqrtHalf)) - 1;
  const restB = saturatingShiftLeft(x, headroom);
  const powerB = ((12 - headroom) << 25) - quarter;
  const rest = Math.min(restA, restB);
  const power = Math.max(powerA, powerB); // Q6.25

  const p = halfOfSum(rest, fourthRootOfHalf);
  const difference = rest - fourthRootOfHalf;
  const q = (difference + difference) | 0;
  const square = highMultiply(q, q);
  const numerator =
    (highMultiply(q, rest) + highMultiply(highMultiply(q, square), 117_049_297)) | 0;
  const factor = (1_057_819_769 + q + highMultiply(127_690_142, square)) | 0;
  const denominator = (highMultiply(p, factor) + highMultiply(638_450_708, q)) | 0;
  const quotient = highMultiply(shiftRight(numerator, 6), oneOverOnePlus(denominator)); // Q6.25
  return saturatingShiftLeft((highMultiply(power, ln2) + quotient) | 0, 1);
}

/** (a + b) / 2, rounded half away from zero. */
function halfOfSum(a: number, b: number): number {
  return Math.trunc((a + b + (a + b >= 0 ? 1 : -1)) / 2);
}
