import { expect, test } from "vitest";
import { given, outputOf, outputsOf } from "../../test/one-op.ts";

test.each([
  // a                  b                    smaller ones
  [
    [2, 2],
    [1, 2, 7, 9],
    [2, 2],
    [3, 0, 8, -1],
    [1, 0, 7, -1],
  ],
  [[2, 2], [1, 2, 7, 9], [2], [3, 0], [1, 0, 3, 0]],
  [
    [1, 2],
    [3, 0],
    [2, 2],
    [1, 2, 7, 9],
    [1, 0, 3, 0],
  ],
  [
    [2, 1],
    [1, 7],
    [1, 2],
    [3, 0],
    [1, 0, 3, 0],
  ],
  [[], [4], [3], [3, 4, 5], [3, 4, 4]],
])("the smaller of %j %j and %j %j", (aShape, a, bShape, b, expected) => {
  for (const type of ["float32", "int8", "int16", "int32", "int64"] as const) {
    const operands = [given(type, aShape, a), given(type, bShape, b)];
    const [output] = outputsOf({ kind: "minimum", operands });
    expect(Array.from(output as Int8Array, Number)).toEqual(expected);
  }
});

test("of a NaN and a number it is the second", () => {
  const operands = [given("float32", [2], [NaN, 1]), given("float32", [2], [1, NaN])];
  expect(outputOf({ kind: "minimum", operands })).toEqual([1, NaN]);
});

test("operands of two types are refused", () => {
  const operands = [given("int8", [1]), given("int16", [1])];
  expect(() => outputsOf({ kind: "minimum", operands })).toThrow('b "operand 1" is int16');
});
