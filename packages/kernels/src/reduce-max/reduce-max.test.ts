import { expect, test } from "vitest";
import { perTensor } from "@smidgen/graph";
import { given, integers, outputOf, outputsOf } from "../../test/one-op.ts";

const cube = [1, 2, -3, 4, 5, -128, 127, 8];

test.each([
  [[0], [5, 2, 127, 8]],
  [[-1], [2, 4, 5, 127]],
  [
    [0, 2],
    [5, 127],
  ],
  [[0, -1, 1], [127]],
  [[1], [1, 4, 127, 8]],
])("the largest value along %j", (axes, expected) => {
  for (const type of ["float32", "int8"] as const) {
    for (const keepDims of [false, true]) {
      const operands = [given(type, [2, 2, 2], cube), integers(...axes)];
      expect(outputOf({ kind: "reduce-max", operands, options: { keepDims } })).toEqual(expected);
    }
  }
});

test("NaN is passed over, and nothing is below the smallest finite number", () => {
  const maximumOf = (...values: readonly number[]) =>
    outputOf({
      kind: "reduce-max",
      operands: [given("float32", [values.length], values), integers(0)],
      options: { keepDims: true },
    });
  expect(maximumOf(NaN, 1, NaN)).toEqual([1]);
  expect(maximumOf(-Infinity)).toEqual([-(2 - 2 ** -23) * 2 ** 127]);
});

test("an output of another scale is refused", () => {
  const operands = [given("int8", [2], [1, 2], perTensor(0.5, 0)), integers(0)];
  const outputs = [{ type: "int8", quantization: perTensor(0.25, 0) }] as const;
  expect(() =>
    outputsOf({ kind: "reduce-max", operands, options: { keepDims: false }, outputs }),
  ).toThrow("does not rescale");
});
