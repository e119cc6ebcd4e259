import { expect, test } from "vitest";
import { given, integers, outputOf, outputsOf } from "../../test/one-op.ts";

const neither = { alignCorners: false, halfPixelCenters: false };
const corners = { ...neither, alignCorners: true };
const centers = { ...neither, halfPixelCenters: true };

test.each([
  // of a row 10 20 30
  [neither, 6, [10, 10, 20, 20, 30, 30]],
  [neither, 2, [10, 20]],
  [neither, 4, [10, 10, 20, 30]],
  [corners, 5, [10, 20, 20, 30, 30]], // ½ goes away from zero
  [corners, 2, [10, 30]],
  [corners, 1, [10]],
  [centers, 2, [10, 30]],
  [centers, 1, [20]],
])("%j: three cells become %d", (options, width, expected) => {
  for (const type of ["float32", "int8", "int16"] as const) {
    const input = given(type, [1, 1, 3, 1], [10, 20, 30]);
    const kind = "resize-nearest-neighbor";
    expect(outputOf({ kind, operands: [input, integers(1, width)], options })).toEqual(expected);
    const column = { ...input, shape: [1, 3, 1, 1] };
    expect(outputOf({ kind, operands: [column, integers(width, 1)], options })).toEqual(expected);
  }
});

test("all channels of a cell, in every image of a batch", () => {
  const input = given("float32", [2, 1, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]);
  const operands = [input, integers(1, 1)];
  const spec = { kind: "resize-nearest-neighbor", operands, options: centers } as const;
  expect(outputOf(spec)).toEqual([3, 4, 7, 8]);
});

test("int32 is refused, as by TensorFlow Lite Micro", () => {
  const operands = [given("int32", [1, 1, 1, 1]), integers(1, 1)];
  const spec = { kind: "resize-nearest-neighbor", operands, options: neither } as const;
  expect(() => outputsOf(spec)).toThrow("is int32; it must be float32 or int8 or int16");
});
