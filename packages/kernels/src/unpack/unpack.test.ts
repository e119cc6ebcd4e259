import { expect, test } from "vitest";
import { given, outputsOf } from "../../test/one-op.ts";

test.each([
  [
    0,
    2,
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  [
    -1,
    3,
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  ],
])("slices along axis %d come out one by one", (axis, count, expected) => {
  for (const type of ["float32", "int8", "int16", "int32"] as const) {
    const operands = [given(type, [2, 3], [1, 2, 3, 4, 5, 6])];
    const outputs = Array.from({ length: count }, () => ({ type }));
    const result = outputsOf({ kind: "unpack", operands, options: { axis, count }, outputs });
    expect(result.map((output) => [...(output as Int8Array)])).toEqual(expected);
  }
});

test("an output of another type is refused", () => {
  const operands = [given("int8", [1])];
  const outputs = [{ type: "int16" }] as const;
  expect(() =>
    outputsOf({ kind: "unpack", operands, options: { axis: 0, count: 1 }, outputs }),
  ).toThrow('output 0 "output 0" is int16');
});
