import fc from "fast-check";
import { expect, test } from "vitest";
import { at, shapes, tensorOf } from "../../test/cells.ts";
import { given, integer, outputsOf } from "../../test/one-op.ts";

const types = ["float32", "int8", "int16", "int32"] as const;

test("parts along an axis are equally large and in order, whatever their type", () => {
  const cases = fc
    .tuple(fc.constantFrom(...types), shapes(1, 4), fc.integer({ min: 1, max: 4 }))
    .chain(([type, shape, count]) =>
      fc.tuple(
        fc.constant(type),
        fc.constant(shape),
        fc.integer({ min: -shape.length, max: shape.length - 1 }),
        fc.constant(count),
      ),
    );
  fc.assert(
    fc.property(cases, ([type, part, axis, count]) => {
      const counted = axis < 0 ? axis + part.length : axis;
      const size = part[counted] as number;
      const input = given(type, part.with(axis, size * count));
      const outputs = Array.from({ length: count }, () => ({ type }));
      const operands = [integer(axis), input];
      const result = outputsOf({ kind: "split", operands, options: { count }, outputs });
      for (const [i, output] of result.entries()) {
        const expected = tensorOf(part, (cell) =>
          at(input, cell.with(counted, i * size + (cell[counted] as number))),
        );
        expect([...(output as Int8Array)]).toEqual(expected);
      }
    }),
  );
});

test("what is split decides which types are supported, not the axis", () => {
  const operands = [integer(0), given("bool", [2])];
  const outputs = [{ type: "bool" }, { type: "bool" }] as const;
  expect(() => outputsOf({ kind: "split", operands, options: { count: 2 }, outputs })).toThrow(
    'input "operand 1" is bool; it must be float32 or int8 or int16 or int32',
  );
});

test("an output of another type is refused", () => {
  const operands = [integer(0), given("int8", [2])];
  const outputs = [{ type: "int8" }, { type: "int16" }] as const;
  expect(() => outputsOf({ kind: "split", operands, options: { count: 2 }, outputs })).toThrow(
    'output 1 "output 1" is int16',
  );
});
