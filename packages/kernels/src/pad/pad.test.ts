import fc from "fast-check";
import { expect, test } from "vitest";
import { perTensor } from "@smidgen/graph";
import { at, shapes, tensorOf } from "../../test/cells.ts";
import { given, integers, outputOf, outputsOf } from "../../test/one-op.ts";

const types = ["float32", "int8", "int16", "int32"] as const;
const quantization = perTensor(0.5, -7);

/** The paddings operand: cells before and after each dimension. */
function around(...cells: readonly number[]) {
  return { ...integers(...cells), shape: [cells.length / 2, 2] };
}

test("the input is inside, and what stands for 0 around it, up to five dimensions", () => {
  const cases = fc
    .tuple(fc.constantFrom(...types), shapes(1, 5))
    .chain(([type, shape]) =>
      fc.tuple(
        fc.constant(type),
        fc.constant(shape),
        fc.array(fc.nat({ max: 2 }), { minLength: 2 * shape.length, maxLength: 2 * shape.length }),
      ),
    );
  fc.assert(
    fc.property(cases, ([type, shape, cells]) => {
      const input = given(type, shape, undefined, type === "int8" ? quantization : undefined);
      const padded = shape.map((size, i) => size + (cells[2 * i] ?? 0) + (cells[2 * i + 1] ?? 0));
      const expected = tensorOf(padded, (cell) => {
        const inside = cell.map((x, axis) => x - (cells[2 * axis] as number));
        const isInside = inside.every((x, axis) => x >= 0 && x < (shape[axis] as number));
        return isInside ? at(input, inside) : type === "int8" ? -7 : 0;
      });
      expect(outputOf({ kind: "pad", operands: [input, around(...cells)] })).toEqual(expected);
    }),
  );
});

test("int8 without quantization has 0 around it", () => {
  const operands = [given("int8", [1], [5]), around(1, 2)];
  expect(outputOf({ kind: "pad", operands })).toEqual([0, 5, 0, 0]);
});

test("six dimensions are refused, as by TensorFlow Lite Micro", () => {
  const operands = [given("int8", [1, 1, 1, 1, 1, 1]), around(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)];
  expect(() => outputsOf({ kind: "pad", operands })).toThrow("input has rank 6; 5 is the highest");
});
