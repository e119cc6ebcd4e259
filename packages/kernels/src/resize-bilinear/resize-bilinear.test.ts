import fc from "fast-check";
import { expect, test } from "vitest";
import { given, integers, type Operand, outputOf, outputsOf } from "../../test/one-op.ts";

const neither = { alignCorners: false, halfPixelCenters: false };
const corners = { ...neither, alignCorners: true };
const centers = { ...neither, halfPixelCenters: true };

type Options = typeof neither;

function resized(
  input: Operand,
  [height, width]: readonly [number, number],
  options: Options,
  rounding: "double" | "single" = "double",
): readonly number[] {
  const operands = [input, integers(height, width)];
  return outputOf({ kind: "resize-bilinear", operands, options }, rounding);
}

test.each([
  // of a row 0 8 16
  [neither, 6, [0, 4, 8, 12, 16, 16]],
  [corners, 5, [0, 4, 8, 12, 16]],
  [centers, 6, [0, 2, 6, 10, 14, 16]],
  [centers, 1, [8]],
])("%j: three cells become %d", (options, width, expected) => {
  for (const type of ["float32", "int8"] as const) {
    const row = given(type, [1, 1, 3, 1], [0, 8, 16]);
    const column = { ...row, shape: [1, 3, 1, 1] };
    for (const rounding of ["double", "single"] as const) {
      expect(resized(row, [1, width], options, rounding)).toEqual(expected);
      expect(resized(column, [width, 1], options, rounding)).toEqual(expected);
    }
  }
});

test.each([
  // halfway between two stored integers
  [[2, 3], 3, 3],
  [[-2, -3], -3, -2],
])("between %j, half goes away from zero or up", (values, double, single) => {
  const row = given("int8", [1, 1, 2, 1], values);
  expect(resized(row, [1, 4], neither, "double")[1]).toBe(double);
  expect(resized(row, [1, 4], neither, "single")[1]).toBe(single);
});

test("int8 loses to exact interpolation what places in steps of 1/1024 cost, in both profiles", () => {
  const side = fc.integer({ min: 1, max: 9 });
  const image = fc.tuple(side, side).chain(([height, width]) =>
    fc.tuple(
      fc.constant([1, height, width, 1] as const),
      fc.array(fc.integer({ min: -128, max: 127 }), {
        minLength: height * width,
        maxLength: height * width,
        size: "max",
      }),
    ),
  );
  const options = fc.constantFrom(neither, corners, centers);
  fc.assert(
    fc.property(image, side, side, options, ([shape, values], height, width, aligned) => {
      const expected = interpolated(values, [shape[1], shape[2]], [height, width], aligned);
      // The scale is half a step off, times the cell; the place itself is cut off to a whole step. Neighbours
      // differ by 255 at most. The result is rounded; doubles, whose last digits are not exact, are the rest.
      const placeError = (height * 0.5 + 1 + width * 0.5 + 1) / 1024;
      const tolerance = 0.5 + 255 * placeError + 1e-9;
      for (const rounding of ["double", "single"] as const) {
        const result = resized(given("int8", shape, values), [height, width], aligned, rounding);
        for (const [i, value] of result.entries()) {
          expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(tolerance);
        }
      }
    }),
  );
});

/** By definition, in doubles: a weighted sum of all cells, whose weights fall to 0 within one cell. */
function interpolated(
  values: readonly number[],
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  options: Options,
): readonly number[] {
  return Array.from({ length: outHeight * outWidth }, (_, i) => {
    const y = placeOf(Math.floor(i / outWidth), height, outHeight, options);
    const x = placeOf(i % outWidth, width, outWidth, options);
    return values.reduce((sum, value, j) => {
      const down = Math.max(0, 1 - Math.abs(Math.floor(j / width) - y));
      const across = Math.max(0, 1 - Math.abs((j % width) - x));
      return sum + value * down * across;
    }, 0);
  });
}

function placeOf(cell: number, size: number, outSize: number, options: Options): number {
  const place = options.halfPixelCenters
    ? ((cell + 0.5) * size) / outSize - 0.5
    : options.alignCorners && outSize > 1
      ? (cell * (size - 1)) / (outSize - 1)
      : (cell * size) / outSize;
  return Math.min(Math.max(place, 0), size - 1);
}

test("where the scale in fixed point is too large, nothing behind the image is read", () => {
  // 1024 / 600 is rounded to 2, and 599 × 2 is beyond the only cell
  const cell = given("int8", [1, 1, 1, 1], [77]);
  expect(new Set(resized(cell, [600, 1], neither))).toEqual(new Set([77]));
});

test("int16 is refused, as by TensorFlow Lite Micro", () => {
  const operands = [given("int16", [1, 1, 1, 1]), integers(1, 1)];
  expect(() => outputsOf({ kind: "resize-bilinear", operands, options: neither })).toThrow(
    "is int16; it must be float32 or int8",
  );
});
