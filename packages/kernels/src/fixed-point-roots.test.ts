import fc from "fast-check";
import { expect, test } from "vitest";
import { inverseSquareRoot, inverseSquareRootShift, logarithm } from "./fixed-point-roots.ts";

test("the inverse square root is right to five digits", () => {
  const anyMagnitude = fc
    .tuple(fc.integer({ min: 1, max: 2 ** 31 - 1 }), fc.integer({ min: 0, max: 30 }))
    .map(([x, bits]) => Math.max(1, x >> bits));
  fc.assert(
    fc.property(anyMagnitude, (x) => {
      const root = inverseSquareRoot(x) * 2 ** (inverseSquareRootShift(x) - 31);
      expect(Math.abs(root * Math.sqrt(x) - 1)).toBeLessThan(1e-5);
    }),
    { numRuns: 2_000 },
  );
});

test("zero has the inverse square root of one, so that nothing is divided by it", () => {
  expect([inverseSquareRoot(0), inverseSquareRootShift(0)]).toEqual([2 ** 31 - 1, 0]);
});

test("the logarithm is right to a millionth", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2 ** 19, max: 2 ** 31 - 1 }), (x) => {
      expect(Math.abs(logarithm(x) / 2 ** 26 - Math.log(x / 2 ** 19))).toBeLessThan(2e-6);
    }),
    { numRuns: 2_000 },
  );
});
