import { expect, test } from "vitest";
import { given, integer, integers, outputsOf } from "../../test/one-op.ts";

test.each(["float32", "int8", "int16"] as const)("%s keeps its elements in their order", (type) => {
  const input = given(type, [3, 2]);
  for (const axis of [integer(1), integers(-1)]) {
    expect(outputsOf({ kind: "expand-dims", operands: [input, axis] })).toEqual([input.data]);
  }
});

test.each([
  ["int32", integer(0), "is int32; it must be float32 or int8 or int16"],
  ["int8", { ...integer(0), shape: [1, 1] }, 'axis "operand 1" has rank 2; 1 is the highest'],
] as const)("of %s, what TensorFlow Lite Micro refuses is refused", (type, axis, text) => {
  const operands = [given(type, [1]), axis];
  expect(() => outputsOf({ kind: "expand-dims", operands })).toThrow(text);
});
