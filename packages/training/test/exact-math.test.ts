import { expect, test } from "vitest";
import { exponential, naturalLogarithm, sineAndCosine } from "../src/exact-math.ts";

test("sine and cosine of fractions of a turn", () => {
  for (let i = -500; i <= 500; i++) {
    const { sine, cosine } = sineAndCosine(i / 97);
    const angle = (2 * Math.PI * (i % 97)) / 97;
    expect(Math.abs(sine - Math.sin(angle))).toBeLessThan(3e-15);
    expect(Math.abs(cosine - Math.cos(angle))).toBeLessThan(3e-15);
  }
});

test.each([
  [0, 0, 1],
  [0.25, 1, 0],
  [0.5, 0, -1],
  [0.75, -1, 0],
  [-0.25, -1, 0],
  [3, 0, 1],
])("whole quarters are whole: %d of a turn", (turns, sine, cosine) => {
  const found = sineAndCosine(turns);
  expect(found.sine).toBeCloseTo(sine, 15);
  expect(found.cosine).toBeCloseTo(cosine, 15);
});

test("exponentials and logarithms", () => {
  for (let x = -700; x <= 700; x += 0.37) {
    expect(Math.abs(exponential(x) / Math.exp(x) - 1)).toBeLessThan(2e-13);
    // the library's own error grows with |x|: e^x · e^−x tells without it
    expect(Math.abs(exponential(x) * exponential(-x) - 1)).toBeLessThan(1e-14);
  }
  for (let x = 1e-300; x < 1e300; x *= 7.3) {
    expect(Math.abs(naturalLogarithm(x) - Math.log(x))).toBeLessThan(1e-12);
  }
  for (let x = 0.5; x < 2; x += 0.003) {
    expect(Math.abs(naturalLogarithm(x) - Math.log(x))).toBeLessThan(1e-15);
  }
  expect(naturalLogarithm(1)).toBe(0);
  expect(exponential(0)).toBe(1);
});
