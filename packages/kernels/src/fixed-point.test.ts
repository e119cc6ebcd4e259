import fc from "fast-check";
import { expect, test } from "vitest";
import { highMultiply, scale, shiftRight, splitFraction, toFixedPoint } from "./fixed-point.ts";
import { roundHalfAwayFromZero } from "./rounding.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** Values near powers of two, where carries and ties live, besides uniform ones. */
const edgy = fc.oneof(
  int32,
  fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([power, offset, negative]) => ((negative ? -1 : 1) * 2 ** power + offset) | 0),
);
const multiplier = fc.oneof(
  fc.integer({ min: 2 ** 30, max: 2 ** 31 - 1 }),
  edgy.map((x) => x & 0x7fff_ffff),
);
const shift = fc.integer({ min: -31, max: 30 });
const toInt32 = (x: bigint) => Number(BigInt.asIntN(32, x));

test.each([
  // real        multiplier     shift
  [0.5, 2 ** 30, 0],
  [1, 2 ** 30, 1],
  [1 / 3, 1_431_655_765, -1],
  [0.1, 1_717_986_918, -3],
  [3.25, 1_744_830_464, 2],
  [1 - 2 ** -40, 2 ** 30, 1], // rounds up to 1
  [2 ** -32, 2 ** 30, -31],
  [2 ** -33, 0, 0], // shifted out
  [0, 0, 0],
])("%d as fixed point", (real, expectedMultiplier, expectedShift) => {
  for (const rounding of ["double", "single"] as const) {
    expect(toFixedPoint(real, rounding)).toEqual({
      multiplier: expectedMultiplier,
      shift: expectedShift,
    });
  }
});

test("single rounding saturates what it cannot shift", () => {
  expect(toFixedPoint(2 ** 31, "single")).toEqual({ multiplier: 2 ** 31 - 1, shift: 30 });
});

test("a fixed-point number is within half a unit of its last place", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -31, max: 2 ** 29, noNaN: true }), (real) => {
      const { multiplier: m, shift: s } = toFixedPoint(real, "double");
      expect(m).toBeGreaterThanOrEqual(2 ** 30);
      expect(m).toBeLessThan(2 ** 31);
      expect(Math.abs(m * 2 ** (s - 31) - real)).toBeLessThanOrEqual(2 ** (s - 32));
    }),
  );
});

test("a fraction and its exponent give back the number", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (real) => {
      const { fraction, exponent } = splitFraction(real);
      expect(fraction).toBeGreaterThanOrEqual(0.5);
      expect(fraction).toBeLessThan(1);
      expect(fraction * 2 ** exponent).toBe(real);
    }),
  );
});

test("the high product is the one of 64-bit integers", () => {
  fc.assert(
    fc.property(edgy, multiplier, (a, b) => {
      expect(highMultiply(a, b)).toBe(toInt32((BigInt(a) * BigInt(b) + (1n << 30n)) >> 31n));
    }),
    { numRuns: 5_000 },
  );
});

test("shifting right rounds half away from zero", () => {
  fc.assert(
    fc.property(edgy, fc.integer({ min: 0, max: 31 }), (x, exponent) => {
      expect(shiftRight(x, exponent)).toBe(roundHalfAwayFromZero(x / 2 ** exponent));
    }),
    { numRuns: 5_000 },
  );
});

test("scaling with double rounding rounds the product, then the shift", () => {
  fc.assert(
    fc.property(edgy, multiplier, shift, (x, m, s) => {
      const shifted = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(s, 0)));
      const product = toInt32((shifted * BigInt(m) + (1n << 30n)) >> 31n);
      const expected = roundHalfAwayFromZero(product / 2 ** Math.max(-s, 0));
      expect(scale(x, m, s, 0)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});

test("scaling with single rounding is one 64-bit multiplication, addition and shift", () => {
  fc.assert(
    fc.property(edgy, multiplier, shift, (x, m, s) => {
      const total = BigInt(31 - s);
      const expected = toInt32((BigInt(x) * BigInt(m) + (1n << (total - 1n))) >> total);
      expect(scale(x, m, s, 1)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});

test.each([
  // x  multiplier  shift  double  single: 0.25 × 2 lies between, and only one rounding sees it
  [1, 2 ** 30, 0, 1, 1],
  [-1, 2 ** 30, 0, 0, 0],
  [1, 2 ** 30, -1, 1, 0],
  [-3, 2 ** 30, -1, -1, -1],
  [-2, 2 ** 30, -1, -1, 0],
])("the two profiles part at %d × %d >> %d", (x, m, s, twice, once) => {
  expect(scale(x, m, s, 0)).toBe(twice);
  expect(scale(x, m, s, 1)).toBe(once);
});

test.each([
  [0.5, 1],
  [-0.5, -1],
  [0.499_999_999_999_999_94, 0],
  [-2.5, -3],
  [2.4, 2],
  [-0.2, 0],
])("%d rounds to %d", (x, expected) => {
  expect(roundHalfAwayFromZero(x)).toBe(expected);
});
