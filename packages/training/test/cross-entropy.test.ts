import { describe, expect, test } from "vitest";
// not public: an engine's own business
import { crossEntropyOfLogits, crossEntropyOfProbabilities } from "../src/cross-entropy.ts";

const logits = Float32Array.of(0.5, -1, 2, 0, 0.25, -0.75);
const labels = Uint8Array.of(2, 0);

test("is −log of the label's softmax, averaged over the batch", () => {
  const { loss, correct } = crossEntropyOfLogits(logits, labels);
  const softmax = (row: number[], label: number) =>
    Math.exp(row[label]!) / row.reduce((sum, value) => sum + Math.exp(value), 0);
  const expected =
    -(Math.log(softmax([0.5, -1, 2], 2)) + Math.log(softmax([0, 0.25, -0.75], 0))) / 2;
  expect(loss).toBeCloseTo(expected, 12);
  expect(correct).toBe(1);
});

test("says the same of probabilities", () => {
  const probabilities = new Float32Array(6);
  for (const row of [0, 3]) {
    const exps = Array.from(logits.subarray(row, row + 3), Math.exp);
    const sum = exps.reduce((total, value) => total + value);
    for (const [index, value] of exps.entries()) probabilities[row + index] = value / sum;
  }
  const expected = crossEntropyOfLogits(logits, labels);
  const { loss, correct } = crossEntropyOfProbabilities(probabilities, labels);
  expect(loss).toBeCloseTo(expected.loss, 6);
  expect(correct).toBe(expected.correct);
});

test.each([
  ["logits", crossEntropyOfLogits, logits],
  ["probabilities", crossEntropyOfProbabilities, Float32Array.of(0.2, 0.5, 0.3, 0.1, 0.8, 0.1)],
] as const)("the gradient of %s is what finite differences say", (_, crossEntropy, values) => {
  const { gradient } = crossEntropy(values, labels);
  const step = 2 ** -10;
  for (const index of values.keys()) {
    const moved = (by: number) => {
      const copy = values.slice();
      copy[index]! += by;
      return crossEntropy(copy, labels).loss;
    };
    expect(gradient[index]).toBeCloseTo((moved(step) - moved(-step)) / (2 * step), 3);
  }
});

describe("far from reason", () => {
  test("large logits overflow nowhere", () => {
    const { loss, gradient } = crossEntropyOfLogits(
      Float32Array.of(1e30, 0, -1e30),
      Uint8Array.of(2),
    );
    expect(loss).toBeCloseTo(2e30, -25);
    expect([...gradient]).toEqual([1, 0, -1]);
  });

  test("a probability of 0 gives a finite loss", () => {
    const { loss, gradient } = crossEntropyOfProbabilities(Float32Array.of(1, 0), Uint8Array.of(1));
    expect(loss).toBeCloseTo(126 * Math.LN2, 6);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });

  test("NaN stays NaN", () => {
    const values = Float32Array.of(Number.NaN, 1);
    expect(crossEntropyOfLogits(values, Uint8Array.of(1)).loss).toBeNaN();
    expect(crossEntropyOfProbabilities(values, Uint8Array.of(0)).loss).toBeNaN();
  });

  test("of equal outputs the first counts as the answer", () => {
    const equal = Float32Array.of(1, 1, 1);
    expect(crossEntropyOfLogits(equal, Uint8Array.of(0)).correct).toBe(1);
    expect(crossEntropyOfLogits(equal, Uint8Array.of(1)).correct).toBe(0);
  });
});
