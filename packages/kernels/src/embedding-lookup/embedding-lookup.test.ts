import { expect, test } from "vitest";
import { perAxis, perTensor } from "@smidgen/graph";
import { given, integers, type OneOp, outputOf, outputsOf } from "../../test/one-op.ts";

const values = [1, 2, 3, -4, -5, -128];

test.each(["float32", "int8"] as const)("rows of %s are copied", (type) => {
  const operands = [given("int32", [3], [2, 0, 2]), given(type, [3, 2], values)];
  const outputs = [{ type }];
  const expected = [-5, -128, 1, 2, -5, -128];
  expect(outputOf({ kind: "embedding-lookup", operands, outputs })).toEqual(expected);
});

const toFloats = (table: OneOp["operands"][number], position = 1): OneOp => ({
  kind: "embedding-lookup",
  operands: [given("int32", [1], [position]), table],
  outputs: [{ type: "float32" }],
});

test("rows of int8 become floats where the output is", () => {
  const table = given("int8", [2, 1, 3], values, perTensor(0.1, 0));
  const scale = Math.fround(0.1);
  expect(outputOf(toFloats(table))).toEqual([-4, -5, -128].map((x) => Math.fround(scale * x)));
});

test.each([
  ["a zero point", given("int8", [2, 3], values, perTensor(0.1, 1)), "has zero point 1"],
  ["a scale per row", given("int8", [2, 3], values, perAxis(0, [1, 2])), "a scale per slice"],
  ["no scale", given("int8", [2, 3], values), "has no scale"],
])("a table with %s does not become floats", (_, table, text) => {
  expect(() => outputsOf(toFloats(table))).toThrow(text);
});

test("the table decides which types are supported, not the positions", () => {
  expect(() => outputsOf(toFloats(given("int16", [2, 3], values)))).toThrow(
    'input "operand 1" is int16; it must be float32 or int8',
  );
});

test.each([-1, 2])("position %d of two is refused beforehand, or when it is computed", (wrong) => {
  const table = given("int8", [2, 3], values, perTensor(0.1, 0));
  expect(() => outputsOf(toFloats(table, wrong))).toThrow(
    expect.objectContaining({ code: "position-out-of-range" }),
  );
  const operands = [integers(wrong), table];
  expect(() => outputsOf({ ...toFloats(table), operands })).toThrow(`hold ${wrong}`);
});
