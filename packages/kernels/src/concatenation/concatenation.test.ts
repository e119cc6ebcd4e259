import fc from "fast-check";
import { expect, test } from "vitest";
import { perTensor } from "@smidgen/graph";
import { at, shapes, tensorOf } from "../../test/cells.ts";
import { given, outputOf, outputsOf } from "../../test/one-op.ts";

const linear = { activation: "none" };
const types = ["float32", "int8", "int16", "int32", "int64", "bool"] as const;

test("inputs lie one behind the other along the axis, whatever their type", () => {
  const input = fc
    .tuple(fc.constantFrom(...types), shapes(1, 4))
    .chain(([type, shape]) =>
      fc.tuple(
        fc.constant(type),
        fc.constant(shape),
        fc.integer({ min: -shape.length, max: shape.length - 1 }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 10 }),
      ),
    );
  fc.assert(
    fc.property(input, ([type, shape, axis, sizes]) => {
      const counted = axis < 0 ? axis + shape.length : axis;
      const operands = sizes.map((size) => given(type, shape.with(axis, size)));
      const owners = sizes.flatMap((size, i) => Array.from({ length: size }, (_, j) => [i, j]));
      const expected = tensorOf(shape.with(axis, owners.length), (cell) => {
        const [i, j] = owners[cell[counted] as number] as [number, number];
        return at(operands[i] as (typeof operands)[number], cell.with(counted, j));
      });
      const spec = { kind: "concatenation", operands, options: { axis, ...linear } } as const;
      expect([...(outputsOf(spec)[0] as Int8Array)]).toEqual(expected);
    }),
  );
});

test("one tensor may be several inputs", () => {
  const x = given("int8", [1, 2], [1, 2]);
  const options = { axis: 0, ...linear };
  expect(outputOf({ kind: "concatenation", operands: [x, x], options })).toEqual([1, 2, 1, 2]);
});

test.each([
  ["another scale", given("int8", [2], [1, 2], perTensor(0.25, 0)), "does not rescale"],
  ["another zero point", given("int8", [2], [1, 2], perTensor(0.5, 1)), "does not rescale"],
  ["another type", given("int16", [2]), 'input 1 "operand 1" is int16'],
])("%s is refused", (_, other, text) => {
  const operands = [given("int8", [2], [1, 2], perTensor(0.5, 0)), other];
  const options = { axis: 0, ...linear };
  expect(() => outputsOf({ kind: "concatenation", operands, options })).toThrow(text);
});

test.each([
  ["an activation", 2, { axis: 0, activation: "relu" }, "activation relu"],
  ["an eleventh input", 11, { axis: 0, ...linear }, "11 inputs are more than 10"],
])("%s is refused", (_, count, options, text) => {
  const operands = Array.from({ length: count }, () => given("float32", [2]));
  expect(() => outputsOf({ kind: "concatenation", operands, options })).toThrow(text);
});

test("int16 has zero point 0", () => {
  const operands = [given("int16", [2], [1, 2], perTensor(0.5, 3))];
  const options = { axis: 0, ...linear };
  expect(() => outputsOf({ kind: "concatenation", operands, options })).toThrow("zero point");
});
