import { expect, test } from "vitest";
import { perTensor } from "@smidgen/graph";
import { given, outputOf } from "../../test/one-op.ts";

const options = {
  padding: "valid",
  strideHeight: 2,
  strideWidth: 2,
  filterHeight: 2,
  filterWidth: 2,
  activation: "none",
};

test.each(["float32", "int8"] as const)("a pool of %s may be far larger than its image", (type) => {
  const large = { filterHeight: 2 ** 30 + 1, filterWidth: 2 ** 30 + 1, padding: "same" };
  const quantization = type === "int8" ? perTensor(1, 0) : undefined;
  const operands = [given(type, [1, 2, 3, 1], [1, 5, -3, 4, 2, 0], quantization)];
  const ofStrides = (strideHeight: number, strideWidth: number) =>
    outputOf({
      kind: "max-pool-2d",
      operands,
      options: { ...options, ...large, strideHeight, strideWidth },
    });
  expect(ofStrides(1, 1)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(ofStrides(2, 2)).toEqual([5, 5]);
});

const maximumOf = (...values: readonly number[]) =>
  outputOf({
    kind: "max-pool-2d",
    operands: [given("float32", [1, 2, 2, 1], values)],
    outputs: [{ type: "float32" }],
    options,
  });

test.each([0, 1, 2, 3])("NaN at place %d of a window is passed over", (place) => {
  const values = [-3, -2, -5, -4];
  values[place] = NaN;
  const [largest] = maximumOf(...values) as [number];
  expect(largest).toBe(place === 1 ? -3 : -2);
});

test("maxima are finite", () => {
  const largest = (2 - 2 ** -23) * 2 ** 127;
  expect(maximumOf(-Infinity, -Infinity, -Infinity, -Infinity)).toEqual([-largest]);
  expect(maximumOf(1, Infinity, 2, NaN)).toEqual([largest]);
});
