import { expect, test } from "vitest";
import { given, outputOf, outputsOf } from "../../test/one-op.ts";

const operands = [given("int8", [2, 2], [1, 2, 3, 4]), given("int8", [2, 2], [5, 6, 7, 8])];

test.each([
  [0, [1, 2, 3, 4, 5, 6, 7, 8]],
  [1, [1, 2, 5, 6, 3, 4, 7, 8]],
  [-1, [1, 5, 2, 6, 3, 7, 4, 8]],
])("two inputs are stacked along a new dimension %d", (axis, expected) => {
  expect(outputOf({ kind: "pack", operands, options: { axis } })).toEqual(expected);
});

test("int64 keeps all its bits", () => {
  const big = { ...given("int64", [1]), data: BigInt64Array.of(-(2n ** 63n) + 1n) };
  expect(outputsOf({ kind: "pack", operands: [big], options: { axis: 0 } })).toEqual([big.data]);
});

test("inputs of two types are refused", () => {
  const mixed = [given("int8", [1]), given("int16", [1])];
  expect(() => outputsOf({ kind: "pack", operands: mixed, options: { axis: 0 } })).toThrow(
    'input 1 "operand 1" is int16',
  );
});

test("bool is refused, as by TensorFlow Lite Micro", () => {
  expect(() =>
    outputsOf({ kind: "pack", operands: [given("bool", [1])], options: { axis: 0 } }),
  ).toThrow("is bool; it must be float32 or int8 or int16 or int32 or int64");
});
