import fc from "fast-check";
import { expect, test } from "vitest";
import {
  highMultiply,
  scale,
  scaleOnce,
  shiftRight,
  splitFraction,
  toFixedPoint,
} from "./fixed-point.ts";
import { roundHalfAwayFromZero } from "./rounding.ts";

const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
/** Values near powers of two, where carries and ties live, besides uniform ones. */
const edgy = fc.oneof(
  int32,
  fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([power, offset, negative]) => ((negative ? -1 : 1) * 2 ** power + offset) | 0),
);
/** As most sums of products are, and a little more. */
const ordinarySum = fc.integer({ min: -(2 ** 21), max: 2 ** 21 });
/** As `edgy`, up to 47 bits and a sign. */
const wide = fc.oneof(
  fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 }),
  fc
    .tuple(fc.integer({ min: 0, max: 46 }), fc.integer({ min: -2, max: 2 }), fc.boolean())
    .map(([power, offset, negative]) => (negative ? -1 : 1) * 2 ** power + offset),
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
  expect(toFixedPoint(real)).toEqual({ multiplier: expectedMultiplier, shift: expectedShift });
});

test("a fixed-point number is within half a unit of its last place", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -31, max: 2 ** 29, noNaN: true }), (real) => {
      const { multiplier: m, shift: s } = toFixedPoint(real);
      expect(m).toBeGreaterThanOrEqual(2 ** 30);
      expect(m).toBeLessThan(2 ** 31);
      expect(Math.abs(m * 2 ** (s - 31) - real)).toBeLessThanOrEqual(2 ** (s - 32));
    }),
  );
});

test("a float32 becomes a fixed-point number that is exactly as large", () => {
  fc.assert(
    fc.property(fc.float({ min: 2 ** -30, max: 2 ** 30, noNaN: true }), (real) => {
      const { multiplier: m, shift: s } = toFixedPoint(real);
      expect(m * 2 ** (s - 31)).toBe(real);
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
    fc.property(edgy, edgy, (a, b) => {
      fc.pre(a !== -(2 ** 31) || b !== -(2 ** 31));
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

test("scaling rounds the product, then the shift", () => {
  fc.assert(
    fc.property(fc.oneof(edgy, ordinarySum), multiplier, shift, (x, m, s) => {
      const shifted = BigInt.asIntN(32, BigInt(x) << BigInt(Math.max(s, 0)));
      const product = toInt32((shifted * BigInt(m) + (1n << 30n)) >> 31n);
      const expected = roundHalfAwayFromZero(product / 2 ** Math.max(-s, 0));
      expect(scale(x, m, s)).toBe(expected);
    }),
    { numRuns: 5_000 },
  );
});

test("a product of 64 bits is rounded once", () => {
  const factors = fc.oneof(
    fc.tuple(wide, fc.integer({ min: 0, max: 2 ** 15 - 1 }), fc.integer({ min: 8, max: 46 })),
    fc.tuple(edgy, multiplier, fc.integer({ min: 10, max: 62 })),
  );
  fc.assert(
    fc.property(factors, ([x, m, s]) => {
      const bits = BigInt(s);
      expect(scaleOnce(x, m, s)).toBe(
        Number((BigInt(x) * BigInt(m) + (1n << (bits - 1n))) >> bits),
      );
    }),
    { numRuns: 5_000 },
  );
});
