import { expect, test } from "vitest";
import { perTensor } from "@smidgen/graph";
import { given, integers, outputOf, outputsOf } from "../../test/one-op.ts";

const paddings = { ...integers(0, 1, 1, 0), shape: [2, 2] };
const quantization = perTensor(0.5, 3);

test.each(["float32", "int8", "int16", "int32"] as const)(
  "%s has the value around it, known beforehand or not",
  (type) => {
    for (const isConstant of [false, true]) {
      const value = { ...given(type, [1], [-9]), isConstant };
      const operands = [given(type, [1, 2], [1, 2]), paddings, value];
      expect(outputOf({ kind: "pad-v2", operands })).toEqual([-9, 1, 2, -9, -9, -9]);
    }
  },
);

test.each([
  ["of another scale", given("int8", [], [1], perTensor(0.25, 3)), "does not rescale"],
  ["of several elements", given("int8", [2], [1, 2], quantization), "has several elements"],
  ["of another type", given("int16", [], [1]), 'value "operand 2" is int16'],
])("a value %s is refused", (_, value, text) => {
  const operands = [given("int8", [1, 2], [1, 2], quantization), paddings, value];
  expect(() => outputsOf({ kind: "pad-v2", operands })).toThrow(text);
});
