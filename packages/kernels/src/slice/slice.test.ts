import fc from "fast-check";
import { expect, test } from "vitest";
import { at, shapes, tensorOf } from "../../test/cells.ts";
import { given, integers, outputsOf } from "../../test/one-op.ts";

const types = ["float32", "int8", "int16", "int32", "bool"] as const;

test("a box of the input, up to five dimensions; −1 reaches to the end", () => {
  const cases = fc
    .tuple(fc.constantFrom(...types), shapes(1, 5))
    .chain(([type, shape]) =>
      fc.tuple(
        fc.constant(type),
        fc.constant(shape),
        fc.tuple(...shape.map((size) => fc.nat({ max: size - 1 }))),
        fc.array(fc.nat(), { minLength: shape.length, maxLength: shape.length }),
        fc.boolean(),
      ),
    );
  fc.assert(
    fc.property(cases, ([type, shape, begin, draws, reachesEnd]) => {
      const input = given(type, shape);
      const left = shape.map((size, axis) => size - (begin[axis] as number));
      const box = left.map((size, i) => (reachesEnd ? size : 1 + ((draws[i] as number) % size)));
      const operands = [
        input,
        integers(...begin),
        integers(...box.map((size) => (reachesEnd ? -1 : size))),
      ];
      const expected = tensorOf(box, (cell) =>
        at(
          input,
          cell.map((x, axis) => x + (begin[axis] as number)),
        ),
      );
      expect([...(outputsOf({ kind: "slice", operands })[0] as Int8Array)]).toEqual(expected);
    }),
  );
});

test.each([
  ["uint8", [2], "is uint8; it must be float32 or int8 or int16 or int32 or bool"],
  ["int8", [1, 1, 1, 1, 1, 2], "input has rank 6; 5 is the highest"],
] as const)("of %s %j, what TensorFlow Lite Micro refuses is refused", (type, shape, text) => {
  const operands = [
    given(type, shape),
    integers(...shape.map(() => 0)),
    integers(...shape.map(() => 1)),
  ];
  expect(() => outputsOf({ kind: "slice", operands })).toThrow(text);
});
