import { expect, test } from "vitest";
import { sample, take, toFloat32, type Examples } from "@smidgen/datasets";

/** 1×2 images: the i-th shows [i, 10 i] and is labelled i. */
const examples: Examples = {
  count: 5,
  shape: [1, 2, 1],
  images: Uint8Array.of(0, 0, 1, 10, 2, 20, 3, 30, 4, 40),
  labels: Uint8Array.of(0, 1, 2, 3, 4),
};

test("take gives a range without copying", () => {
  const taken = take(examples, 1, 2);
  expect(taken).toEqual({
    count: 2,
    shape: [1, 2, 1],
    images: Uint8Array.of(1, 10, 2, 20),
    labels: Uint8Array.of(1, 2),
  });
  expect(taken.images.buffer).toBe(examples.images.buffer);
});

test("sample gives different examples, each image with its own label", () => {
  const { labels, images, count } = sample(examples, 5, 42);
  expect(count).toBe(5);
  expect([...labels].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
  expect([...images]).toEqual([...labels].flatMap((label) => [label, 10 * label]));
});

test("the seed alone decides the sample, and a shorter one is its beginning", () => {
  expect(sample(examples, 4, 7)).toEqual(sample(examples, 4, 7));
  expect(sample(examples, 2, 7).labels).toEqual(sample(examples, 4, 7).labels.subarray(0, 2));
  const orders = Array.from({ length: 20 }, (_, seed) => sample(examples, 5, seed).labels.join(""));
  expect(new Set(orders).size).toBeGreaterThan(10);
});

test("every example is as likely as another to be in a sample", () => {
  const counts = Array.from({ length: 5 }, () => 0);
  for (let seed = 0; seed < 2000; seed++) {
    for (const label of sample(examples, 2, seed).labels) counts[label]! += 1;
  }
  // 800 expected of each; five standard deviations are 110.
  for (const count of counts) expect(Math.abs(count - 800)).toBeLessThan(110);
});

test("floats are pixels over 255", () => {
  expect(toFloat32(examples, 1, 1)).toEqual(Float32Array.of(1 / 255, 10 / 255));
  expect(toFloat32(examples, 3)).toHaveLength(4);
  expect(toFloat32(examples)).toHaveLength(10);
});

test.each([
  [4, 2],
  [-1, 1],
  [0, 6],
  [0.5, 1],
])("there are no examples %d to + %d", (from, count) => {
  expect(() => take(examples, from, count)).toThrow(RangeError);
  expect(() => toFloat32(examples, from, count)).toThrow(RangeError);
});
