import { expect, test } from "vitest";
import { type Costs, paretoFront } from "@smidgen/search";
import { lead } from "../src/pareto.ts";

const judged = (accuracy: number, flashBytes: number, ramBytes: number, macs: number) => ({
  accuracy,
  costs: { flashBytes, ramBytes, multiplyAccumulates: macs } as Costs,
});

const small = judged(0.5, 10, 10, 10);
const wide = judged(0.9, 30, 10, 30);
/** As accurate, and dearer in one respect. */
const wasteful = judged(0.9, 30, 11, 30);
/** Dear in flash alone. */
const quick = judged(0.6, 40, 10, 20);
const poor = judged(0.4, 20, 20, 20);
const all = [wasteful, poor, quick, wide, small];

test("the front is what nothing beats, cheapest flash first", () => {
  expect(paretoFront(all)).toEqual([small, wide, quick]);
  // of equals, both
  expect(paretoFront([wide, { ...wide }])).toHaveLength(2);
  expect(paretoFront([])).toEqual([]);
});

test("the lead is over all that cost no more", () => {
  expect(lead(small, all)).toBe(Infinity);
  expect(lead(wide, all)).toBeCloseTo(0.4, 12);
  expect(lead(wasteful, all)).toBe(0);
  expect(lead(quick, all)).toBeCloseTo(0.1, 12);
  expect(lead(poor, all)).toBeCloseTo(-0.1, 12);
});
