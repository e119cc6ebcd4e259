import fc from "fast-check";
import { expect, test } from "vitest";
import { int8Activations } from "../src/int8-activations.ts";

const { quantizationOf } = int8Activations;

test.each([
  // Ranges and parameters that TensorFlow's converter wrote into the keyword spotting model of MLPerf Tiny.
  //  min                  max                 scale              zero point
  [-123.5697250366211, 25.529510498046875, 0.5847029089927673, 83],
  [0, 20.074975967407227, 0.07872539758682251, -128],
  [0, 21.117826461791992, 0.0828150063753128, -128],
  [0, 9.537455558776855, 0.03740178793668747, -128],
  [-20.561250686645508, 16.335338592529297, 0.14469251036643982, 14],
  // The specification's ends: a range of one sign is stretched to 0.
  [0, 255, 1, -128],
  [-255, 0, 1, 127],
  [5, 255, 1, -128],
  [-255, -5, 1, 127],
  [-128, 127, 1, 0],
  // −128 + 127.5 lies halfway, and float32 tells on which side: 1 / fround(2 / 255) is a little below 127.5.
  [-1, 1, Math.fround(2 / 255), -1],
])("%d to %d has scale %d and zero point %d", (min, max, scale, zeroPoint) => {
  expect(quantizationOf({ min, max })).toEqual({ kind: "per-tensor", scale, zeroPoint });
});

test.each([
  [0, 0],
  [1e-30, 1e-30],
  [-1e-30, 1e-30],
  [-4e-7, 5e-7],
])("a range as narrow as %d to %d is widened by a millionth on both sides", (min, max) => {
  const { scale, zeroPoint } = quantizationOf({ min, max });
  expect(scale).toBeGreaterThan(7.8e-9);
  expect(scale).toBeLessThan(11.4e-9);
  expect((0 - zeroPoint) * scale).toBeLessThan(1e-6);
});

test("a range that float32 cannot hold has no finite scale", () => {
  expect(quantizationOf({ min: -3e38, max: 3e38 }).scale).toBe(Infinity);
  expect(quantizationOf({ min: -1e30, max: 1e30 }).scale).toBeCloseTo(2e30 / 255, -24);
});

test("0 is exact, and the ends of the range are at most half a step from what can be stored", () => {
  const real = fc.float({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(real, real, (a, b) => {
      const [min, max] = [Math.min(a, b), Math.max(a, b)];
      const { scale, zeroPoint } = quantizationOf({ min, max });
      expect(Number.isInteger(zeroPoint)).toBe(true);
      expect(zeroPoint).toBeGreaterThanOrEqual(-128);
      expect(zeroPoint).toBeLessThanOrEqual(127);
      expect((-128 - zeroPoint) * scale).toBeLessThanOrEqual(Math.min(min, 0) + scale * 0.501);
      expect((127 - zeroPoint) * scale).toBeGreaterThanOrEqual(Math.max(max, 0) - scale * 0.501);
    }),
  );
});
