import { expect, test } from "vitest";
import { roundHalfAwayFromZero, roundHalfToEven } from "./rounding.ts";

test.each([
  // x      away from zero, to even
  [0.5, 1, 0],
  [-0.5, -1, 0],
  [1.5, 2, 2],
  [-2.5, -3, -2],
  [0.499_999_999_999_999_94, 0, 0],
  [2.4, 2, 2],
  [-0.2, 0, 0],
  [-3.7, -4, -4],
  [2 ** 31 + 0.5, 2 ** 31 + 1, 2 ** 31],
])("%d rounds to %d or %d", (x, away, even) => {
  expect(roundHalfAwayFromZero(x)).toBe(away);
  expect(roundHalfToEven(x) + 0).toBe(even);
});
