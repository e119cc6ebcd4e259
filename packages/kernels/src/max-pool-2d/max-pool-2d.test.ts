import { expect, test } from "vitest";
import { given, outputOf } from "../../test/one-op.ts";

const options = {
  padding: "valid",
  strideHeight: 2,
  strideWidth: 2,
  filterHeight: 2,
  filterWidth: 2,
  activation: "none",
};

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
