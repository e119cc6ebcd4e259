import fc from "fast-check";
import { expect, test } from "vitest";
import { toFixedPoint } from "./fixed-point.ts";
import { requantize } from "./requantization.ts";

/** The nearest multiple of 2^exponent, halves to the even one, in exact arithmetic. */
function roundToMultiple(x: bigint, exponent: number): bigint {
  if (exponent <= 0) return x;
  const unit = 1n << BigInt(exponent);
  const below = BigInt.asIntN(128, x) >> BigInt(exponent);
  const rest = x - below * unit;
  const isUp = rest * 2n > unit || (rest * 2n === unit && below % 2n !== 0n);
  return (below + (isUp ? 1n : 0n)) * unit;
}

/** x rounded to a float32's 24 significant bits. */
function toFloat32(x: bigint): bigint {
  const bits = (x < 0n ? -x : x).toString(2).length;
  return roundToMultiple(x, bits - 24);
}

test("single rounding is a float32 product, rounded half to even", () => {
  const sum = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const significand = fc.integer({ min: 2 ** 23, max: 2 ** 24 - 1 });
  fc.assert(
    fc.property(sum, significand, fc.integer({ min: -30, max: 0 }), (x, m, exponent) => {
      // The real scale is m × 2^(exponent − 24), a float32.
      const { multiplier, shift } = toFixedPoint(m * 2 ** (exponent - 24));
      const product = toFloat32(toFloat32(BigInt(x)) * BigInt(m));
      const bits = 24 - exponent;
      const expected = roundToMultiple(product, bits) >> BigInt(bits);
      expect(BigInt(requantize(x, multiplier, shift, 1))).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  // sum  scale  twice  once
  [1, 0.5, 1, 0],
  [3, 0.5, 2, 2],
  [-1, 0.5, 0, 0], // products are rounded half up
  [-3, 0.5, -1, -2],
  [1, 0.25, 1, 0], // first to ½, then away from zero to 1
])("%d × %d is %d when rounded twice, %d when rounded once", (sum, real, twice, once) => {
  const { multiplier, shift } = toFixedPoint(real);
  expect(requantize(sum, multiplier, shift, 0)).toBe(twice);
  expect(requantize(sum, multiplier, shift, 1) + 0).toBe(once);
});
