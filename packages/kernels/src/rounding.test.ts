import fc from "fast-check";
import { expect, test } from "vitest";
import {
  clamp,
  clampReal,
  clampRealSum,
  clampSum,
  roundHalfAwayFromZero,
  roundHalfToEven,
} from "./rounding.ts";

test.each([
  // x      away from zero, to even
  [0.5, 1, 0],
  [-0.5, -1, 0],
  [1.5, 2, 2],
  [-2.5, -3, -2],
  [0.499_999_999_999_999_94, 0, 0],
  [2.4, 2, 2],
  [-0.2, 0, 0],
  [-3.7, -4, -4],
  [2 ** 31 + 0.5, 2 ** 31 + 1, 2 ** 31],
])("%d rounds to %d or %d", (x, away, even) => {
  expect(roundHalfAwayFromZero(x)).toBe(away);
  expect(roundHalfToEven(x) + 0).toBe(even);
});

test("sums are limited as other integers are", () => {
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const small = fc.integer({ min: -200, max: 200 });
  // A zero point comes on top of a sum, so it can be just outside int32.
  const sum = fc.oneof(
    small,
    int32,
    fc.tuple(int32, small).map(([x, zeroPoint]) => x + zeroPoint),
  );
  fc.assert(
    fc.property(sum, fc.oneof(small, int32), fc.oneof(small, int32), (x, a, b) => {
      const [min, max] = a < b ? [a, b] : [b, a];
      expect(clampSum(x, min, max)).toBe(clamp(x, min, max));
    }),
  );
});

test.each([
  ["no activation", -(2 - 2 ** -23) * 2 ** 127, (2 - 2 ** -23) * 2 ** 127],
  ["relu", 0, (2 - 2 ** -23) * 2 ** 127],
  ["relu6", 0, 6],
  ["relu-n1-to-1", -1, 1],
])("sums of floats are limited as other floats are: %s", (_, min, max) => {
  const limits = [min, max].flatMap((limit) => [limit, limit * (1 - 2 ** -24), limit * 2]);
  const sum = fc.oneof(
    fc.float(),
    fc.double({ min: -10, max: 10 }),
    fc.constantFrom(...limits, Infinity, -Infinity, NaN, 2 ** -149, -(2 ** -149)),
  );
  fc.assert(
    fc.property(sum, (x) => {
      // + 0: neither is asked for −0.
      expect(clampRealSum(x, min, max) + 0).toBe(clampReal(x, min, max) + 0);
    }),
  );
});
