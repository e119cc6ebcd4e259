import { expect, test } from "vitest";
import { given, integers, outputOf, outputsOf } from "../../test/one-op.ts";

const noMasks = {
  beginMask: 0,
  endMask: 0,
  ellipsisMask: 0,
  newAxisMask: 0,
  shrinkAxisMask: 0,
  offset: false,
};
const types = ["float32", "int8", "int16", "int32"] as const;

test.each([
  // of 0 1 2 / 3 4 5 / 6 7 8 / 9 10 11
  ["every second row", [0, 0], [4, 3], [2, 1], {}, [0, 1, 2, 6, 7, 8]],
  ["rows from the last", [3, 0], [1, 3], [-1, 1], {}, [9, 10, 11, 6, 7, 8]],
  ["all, back to front", [0, 0], [0, 0], [-1, -1], { beginMask: 3, endMask: 3 }, back(11)],
  ["columns counted from the end", [0, -2], [4, -1], [1, 1], {}, [1, 4, 7, 10]],
  ["one row, whose dimension is dropped", [2, 0], [0, 3], [1, 1], { shrinkAxisMask: 1 }, [6, 7, 8]],
  ["one cell", [-1, -1], [0, 0], [1, 1], { shrinkAxisMask: 3 }, [11]],
  ["rows alone", [1], [3], [1], {}, [3, 4, 5, 6, 7, 8]],
  ["past the end", [2, 1], [9, 9], [1, 1], {}, [7, 8, 10, 11]],
])("%s", (_, begin, end, strides, masks, expected) => {
  for (const type of types) {
    const input = given(
      type,
      [4, 3],
      Array.from({ length: 12 }, (__, i) => i),
    );
    const operands = [input, integers(...begin), integers(...end), integers(...strides)];
    const options = { ...noMasks, ...masks };
    expect(outputOf({ kind: "strided-slice", operands, options })).toEqual(expected);
  }
});

function back(from: number): readonly number[] {
  return Array.from({ length: from + 1 }, (_, i) => from - i);
}

test.each([
  ["an offset", [2], { offset: true }, "end counts from begin"],
  ["five dimensions", [1, 1, 1, 1, 2], {}, "input has rank 5; 4 is the highest"],
])("%s is refused, as TensorFlow Lite Micro does not know it", (_, shape, masks, text) => {
  const all = shape.map(() => 1);
  const operands = [
    given("int8", shape),
    integers(...shape.map(() => 0)),
    integers(...all),
    integers(...all),
  ];
  const options = { ...noMasks, ...masks };
  expect(() => outputsOf({ kind: "strided-slice", operands, options })).toThrow(text);
});

test.each(["ellipsisMask", "newAxisMask"])("%s makes no graph", (mask) => {
  const operands = [given("int8", [2]), integers(0), integers(1), integers(1)];
  const options = { ...noMasks, [mask]: 1 };
  expect(() => outputsOf({ kind: "strided-slice", operands, options })).toThrow("not supported");
});
