import fc from "fast-check";
import { expect, test } from "vitest";
import { at, shapes, tensorOf } from "../../test/cells.ts";
import { given, integers, outputOf, outputsOf } from "../../test/one-op.ts";

test("dimension i of the output is dimension permutation[i] of the input, up to five", () => {
  const cases = fc
    .tuple(fc.constantFrom("float32", "int8", "int16"), shapes(1, 5))
    .chain(([type, shape]) =>
      fc.tuple(
        fc.constant(type),
        fc.constant(shape),
        fc.shuffledSubarray([...shape.keys()], { minLength: shape.length }),
      ),
    );
  fc.assert(
    fc.property(cases, ([type, shape, permutation]) => {
      const input = given(type, shape);
      const turned = permutation.map((axis) => shape[axis] as number);
      const expected = tensorOf(turned, (cell) =>
        at(
          input,
          shape.map((_, axis) => cell[permutation.indexOf(axis)] as number),
        ),
      );
      const operands = [input, integers(...permutation)];
      expect(outputOf({ kind: "transpose", operands })).toEqual(expected);
    }),
  );
});

test.each([
  ["int32", [2], [0], "is int32; it must be float32 or int8 or int16"],
  ["int8", [1, 1, 1, 1, 1, 2], [5, 4, 3, 2, 1, 0], "input has rank 6; 5 is the highest"],
] as const)("of %s %j, what TensorFlow Lite Micro refuses is refused", (type, shape, by, text) => {
  const operands = [given(type, shape), integers(...by)];
  expect(() => outputsOf({ kind: "transpose", operands })).toThrow(text);
});
