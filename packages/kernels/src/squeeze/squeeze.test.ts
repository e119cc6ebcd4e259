import { expect, test } from "vitest";
import { given, outputsOf } from "../../test/one-op.ts";

test.each(["float32", "int8", "uint8", "int16", "int32", "int64", "bool"] as const)(
  "%s keeps its elements in their order",
  (type) => {
    const input = given(type, [1, 3, 1, 2]);
    const spec = { kind: "squeeze", operands: [input], options: { axes: [0] } } as const;
    expect(outputsOf(spec)).toEqual([input.data]);
  },
);

test("nine dimensions are refused, as by TensorFlow Lite Micro", () => {
  const operands = [given("int8", [1, 1, 1, 1, 1, 1, 1, 1, 2])];
  expect(() => outputsOf({ kind: "squeeze", operands, options: { axes: [] } })).toThrow(
    "input has rank 9; 8 is the highest",
  );
});

test("an output of another type is refused", () => {
  const operands = [given("int8", [1])];
  const outputs = [{ type: "uint8" }] as const;
  expect(() => outputsOf({ kind: "squeeze", operands, options: { axes: [] }, outputs })).toThrow(
    'output "output 0" is uint8',
  );
});
