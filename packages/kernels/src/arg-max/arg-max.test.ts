import { expect, test } from "vitest";
import { given, integer, type Operand, outputOf, outputsOf } from "../../test/one-op.ts";

const int32 = [{ type: "int32" }] as const;
const positionsOf = (input: Operand, axis: number) =>
  outputOf({ kind: "arg-max", operands: [input, integer(axis)], outputs: int32 });

test.each([
  // of 3 9 9 / 4 −5 2: of equal values the first
  [0, [1, 0, 0]],
  [1, [1, 0]],
  [-1, [1, 0]],
])("the first largest value along axis %d", (axis, expected) => {
  for (const type of ["float32", "int8"] as const) {
    expect(positionsOf(given(type, [2, 3], [3, 9, 9, 4, -5, 2]), axis)).toEqual(expected);
  }
});

test("one row of many positions is the position in it", () => {
  expect(positionsOf(given("int8", [2, 2, 2], [1, 2, 3, 4, 8, 7, 6, 5]), 1)).toEqual([1, 1, 0, 0]);
});

test("a NaN is only found in front", () => {
  expect(positionsOf(given("float32", [3], [1, NaN, 2]), 0)).toEqual([2]);
  expect(positionsOf(given("float32", [3], [NaN, 1, 2]), 0)).toEqual([0]);
});

test.each([
  ["int64 positions", given("int8", [2]), "int64", 'output "output 0" is int64'],
  ["int16 input", given("int16", [2]), "int32", "is int16; it must be float32 or int8"],
] as const)("%s are refused, as by TensorFlow Lite Micro", (_, input, type, text) => {
  const operands = [input, integer(0)];
  expect(() => outputsOf({ kind: "arg-max", operands, outputs: [{ type }] })).toThrow(text);
});
