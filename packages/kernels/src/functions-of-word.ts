import { shiftRight } from "./fixed-point.ts";

/*
 * Functions on fixed-point numbers. Qm.n has m bits before the point, n behind it, and a sign.
 * Source: gemmlowp/fixedpoint/fixedpoint.h. C twin: fixed_point_functions.h.
 */

/** The integers that fixed-point numbers are held in, and how they are computed with. */
export interface Word {
  /** Without the sign: what is behind the point of a number between −1 and 1. */
  readonly bits: 15 | 31;
  /** The product of a fraction in Q0 and any number, rounded half up; the format is that of the other number. */
  readonly multiply: (a: number, b: number) => number;
  readonly wrap: (a: number) => number;
}

interface FixedPointFunctions {
  /** e^a in Q0. a: 0 or less, with `integerBits` bits before the point, 1 to 7. */
  readonly expOfNegative: (a: number, integerBits: number) => number;
  /** 1 / (1 + a) in Q0. a: Q0, 0 or more. */
  readonly oneOverOnePlus: (a: number) => number;
  /** 1 / (1 + e^−a) in Q0. a: with `integerBits` bits before the point, 1 to 7. */
  readonly logisticOf: (a: number, integerBits: number) => number;
  /** tanh a in Q0. a: with `integerBits` bits before the point, 0 to 6. */
  readonly tanhOf: (a: number, integerBits: number) => number;
  /** a · 2^exponent, limited to the word. */
  readonly saturatingShiftLeft: (a: number, exponent: number) => number;
}

export function functionsOfWord({ bits, multiply, wrap }: Word): FixedPointFunctions {
  const one = 2 ** bits - 1;
  const min = -one - 1;
  /** A number given in Q0.31. */
  const constant = (q31: number) => shiftRight(q31, 31 - bits);
  const limit = (a: number) => Math.max(min, Math.min(one, a));
  const saturatingShiftLeft = (a: number, exponent: number) => limit(a * 2 ** exponent);

  const expOfMinusEighth = constant(1_895_147_668);
  const third = constant(715_827_883);
  /** e^−¼, e^−½, e^−1, … e^−16 */
  const powers = [
    1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
  ].map(constant);

  function expOfNegative(a: number, integerBits: number): number {
    if (a === 0) return one;
    const fractionBits = bits - integerBits;
    if (integerBits > 5 && a < -(32 * 2 ** fractionBits)) return 0;
    const quarter = 1 << (fractionBits - 2);
    // a = remainder of a quarter, in [−1/4, 0), minus quarters that are taken one power of two at a time.
    const small = (a & (quarter - 1)) - quarter;
    const quarters = small - a;
    let result = expNearZero(small << integerBits);
    for (let i = 0; i < integerBits + 2 && i < powers.length; i++) {
      if (quarters & (quarter << i)) result = multiply(result, powers[i]!);
    }
    return result;
  }

  /** e^a in Q0 for a in [−1/4, 0) in Q0: Taylor's series at −1/8 up to the fourth power. */
  function expNearZero(a: number): number {
    const x = a + (1 << (bits - 3));
    const x2 = multiply(x, x);
    const x3 = multiply(x2, x);
    const x4 = multiply(x2, x2);
    const x4Over24PlusX3Over6 = multiply(shiftRight(x4, 2) + x3, third);
    const series = x + shiftRight(x4Over24PlusX3Over6 + x2, 1);
    return limit(expOfMinusEighth + multiply(expOfMinusEighth, series));
  }

  function oneOverOnePlus(a: number): number {
    return saturatingShiftLeft(reciprocalOfHalf(a), 1);
  }

  /** (1 − a) / (1 + a) in Q0. a: Q0, 0 or more. */
  function oneMinusOverOnePlus(a: number): number {
    return saturatingShiftLeft(wrap(reciprocalOfHalf(a) - (1 << (bits - 2))), 2);
  }

  /** 2 / (1 + a) with two bits before the point, by three steps of Newton and Raphson. a: Q0, 0 or more. */
  function reciprocalOfHalf(a: number): number {
    const half = (a >> 1) + (1 << (bits - 1)); // (1 + a) / 2
    let x = wrap(constant(1_515_870_810) + multiply(half, constant(-1_010_580_540))); // 48/17 − 32/17 · half
    for (let step = 0; step < 3; step++) {
      const error = wrap((1 << (bits - 2)) - multiply(half, x));
      x = wrap(x + saturatingShiftLeft(multiply(x, error), 2));
    }
    return x;
  }

  function logisticOf(a: number, integerBits: number): number {
    if (a === 0) return 1 << (bits - 1);
    const positive = oneOverOnePlus(expOfNegative(a > 0 ? -a : a, integerBits));
    return a > 0 ? positive : one - positive;
  }

  function tanhOf(a: number, integerBits: number): number {
    if (a === 0) return 0;
    // The same bits with one more of them before the point are 2a.
    const positive = oneMinusOverOnePlus(expOfNegative(a > 0 ? -a : a, integerBits + 1));
    return a > 0 ? positive : -positive;
  }

  return { expOfNegative, oneOverOnePlus, logisticOf, tanhOf, saturatingShiftLeft };
}
