import { expect, test } from "vitest";
import { given, integers, type Operand, outputOf, outputsOf } from "../../test/one-op.ts";

/** int32 that is given, not known beforehand. */
function positions(shape: readonly number[], ...values: readonly number[]): Operand {
  return given("int32", shape, values);
}

const table = [0, 1, 2, 3, 4, 5];

test.each([
  ["rows", [3, 2], 0, 0, positions([2], 2, 0), [4, 5, 0, 1]],
  ["columns", [3, 2], 1, 0, positions([3], 1, 1, 0), [1, 1, 0, 3, 3, 2, 5, 5, 4]],
  ["columns, counted from the end", [3, 2], -1, 0, positions([1], 0), [0, 2, 4]],
  ["one row", [3, 2], 0, 0, positions([], 1), [2, 3]],
  ["rows as a table", [3, 2], 0, 0, positions([2, 1], 1, 2), [2, 3, 4, 5]],
  ["another column of each row", [3, 2], 1, 1, positions([3, 1], 1, 0, 1), [1, 2, 5]],
  ["the same, counted from the end", [3, 2], 1, -1, positions([3, 1], 1, 0, 1), [1, 2, 5]],
  ["in batches with rows between", [1, 3, 2], 2, 1, positions([1, 1], 1), [1, 3, 5]],
])("%s", (_, shape, axis, batchDims, chosen, expected) => {
  for (const type of ["float32", "int8"] as const) {
    for (const isConstant of [false, true]) {
      const operands = [given(type, shape, table), { ...chosen, isConstant }];
      const spec = { kind: "gather", operands, options: { axis, batchDims } } as const;
      expect(outputOf(spec)).toEqual(expected);
    }
  }
});

const options = { axis: 0, batchDims: 0 };

test.each([-1, 3])(
  "position %d of three is refused beforehand, or when it is computed",
  (wrong) => {
    const input = given("int8", [3], [1, 2, 3]);
    const known = [input, integers(0, wrong)];
    expect(() => outputsOf({ kind: "gather", operands: known, options })).toThrow(
      `positions "operand 1" hold ${wrong}; there are 3 slices, counted from 0`,
    );
    const computed = [input, positions([2], 0, wrong)];
    expect(() => outputsOf({ kind: "gather", operands: computed, options })).toThrow(
      expect.objectContaining({ code: "position-out-of-range" }),
    );
  },
);

test.each([
  ["int16 input", [given("int16", [2]), integers(0)], "is int16; it must be float32 or int8"],
  ["int64 positions", [given("int8", [2]), given("int64", [1])], 'positions "operand 1" is int64'],
])("%s are refused, as by TensorFlow Lite Micro", (_, operands, text) => {
  expect(() => outputsOf({ kind: "gather", operands, options })).toThrow(text);
});
