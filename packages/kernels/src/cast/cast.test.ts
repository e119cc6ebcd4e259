import { expect, test } from "vitest";
import { given, outputOf, outputsOf } from "../../test/one-op.ts";

test.each([
  ["float32", "int8", [1.9, -1.9, -0.5, 127.99], [1, -1, 0, 127]],
  ["float32", "int16", [300.7, -32_768], [300, -32_768]],
  ["float32", "int8", [300, -200, 65_536], [44, 56, 0]], // what does not fit wraps
  ["float32", "int32", [3e9, -3e9, Infinity, NaN], [2 ** 31 - 1, -(2 ** 31), 2 ** 31 - 1, 0]],
  ["int32", "float32", [2 ** 24 + 1, 2 ** 24 + 3, -7], [2 ** 24, 2 ** 24 + 4, -7]],
  ["int32", "int8", [300, -129, 5], [44, 127, 5]],
  ["int8", "int16", [-128, 127], [-128, 127]],
  ["int16", "int32", [-32_768, 7], [-32_768, 7]],
  ["bool", "float32", [0, 1], [0, 1]],
  ["bool", "int8", [0, 1], [0, 1]],
] as const)("%s to %s: %j becomes %j", (from, to, values, expected) => {
  const operands = [given(from, [values.length], values)];
  const result = outputOf({ kind: "cast", operands, outputs: [{ type: to }] });
  expect(result.map((x) => x + 0)).toEqual(expected);
});

test.each([
  ["uint8", "int8", "is uint8; it must be float32 or int8 or int16 or int32 or bool"],
  ["int8", "bool", 'output "output 0" is bool'],
  ["float32", "int64", 'output "output 0" is int64'],
] as const)("%s to %s is refused, as by TensorFlow Lite Micro", (from, to, text) => {
  const operands = [given(from, [1])];
  expect(() => outputsOf({ kind: "cast", operands, outputs: [{ type: to }] })).toThrow(text);
});
