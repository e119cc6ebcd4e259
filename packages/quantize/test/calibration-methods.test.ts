import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Graph, graphBuilder } from "@smidgen/graph";
import {
  calibrate,
  type CalibrationMethod,
  calibrateStream,
  describeMethod,
  parseCalibrationMethod,
  type Range,
} from "@smidgen/quantize";
import { floats } from "./floats.ts";

/** Only an input of so many numbers, and a copy of it. */
function identity(length: number): Graph {
  const b = graphBuilder("identity");
  const x = b.input("x", { type: "float32", shape: [length] });
  return b.build([
    b.op("reshape", [x, undefined], { newShape: [length] }, { name: "y", type: "float32" }),
  ]);
}

function rangeOf(samples: readonly (readonly number[])[], method: CalibrationMethod): Range {
  const graph = identity(samples[0]?.length ?? 0);
  const ranges = calibrate(
    graph,
    samples.map((sample) => Float32Array.from(sample)),
    { method },
  );
  return ranges.tensors["y"] as Range;
}

/** Sums of 12 uniform numbers, which are nearly normal, with a standard deviation of 1. */
function normal(count: number, seed: number): number[] {
  const random = floats(seed);
  return Array.from({ length: count }, () =>
    Math.fround(random(12, 0.5).reduce((sum, value) => sum + value, 0)),
  );
}

/** What 8 bits with this range make of values, in the mean of squares: computed value by value. */
function meanSquaredError(values: readonly number[], { min, max }: Range): number {
  const low = Math.min(min, 0);
  const scale = (Math.max(max, 0) - low) / 255;
  const zeroPoint = Math.round(-low / scale);
  const errors = values.map((value) => {
    const stored = Math.max(0, Math.min(255, Math.round(value / scale) + zeroPoint));
    return ((stored - zeroPoint) * scale - value) ** 2;
  });
  return errors.reduce((sum, error) => sum + error, 0) / values.length;
}

const bell = normal(4000, 1);
const positive = bell.map((value) => Math.max(value, 0));
const withOutliers = [...bell, 60, -35];

describe("mean squared error", () => {
  test.each([
    ["a bell", bell],
    ["half a bell", positive],
    ["a bell and two outliers", withOutliers],
    ["all negative", positive.map((value) => 0 - value)],
    ["a constant", Array.from({ length: 100 }, () => 2.5)],
  ])("%s: no other range of 50 × 50 is better by a fiftieth", (_, values) => {
    const found = rangeOf([values], { kind: "mse" });
    const [min, max] = [Math.min(...values), Math.max(...values)];
    const parts = Array.from({ length: 50 }, (__, i) => (i + 1) / 50);
    const errors = parts.flatMap((low) =>
      parts.map((high) => meanSquaredError(values, { min: low * min, max: high * max })),
    );
    expect(meanSquaredError(values, found)).toBeLessThanOrEqual(Math.min(...errors) * 1.02 + 1e-12);
  });

  test("outliers are clipped where that pays", () => {
    const { min, max } = { min: Math.min(...withOutliers), max: Math.max(...withOutliers) };
    const many = Array.from({ length: 50 }, () => withOutliers.slice(0, -2)).flat();
    const values = [...many, max, min];
    const found = rangeOf([values], { kind: "mse" });
    expect(meanSquaredError(values, found)).toBeLessThan(
      0.7 * meanSquaredError(values, { min, max }),
    );
  });
});

describe("percentile", () => {
  test.each([90, 99, 99.9])("%d leaves as much out on each side, to a bin", (percentile) => {
    const { min, max } = rangeOf([bell], { kind: "percentile", percentile });
    const outside = (bell.length * (100 - percentile)) / 100;
    const width = 8 / 4096;
    const above = (limit: number) => bell.filter((value) => value > limit).length;
    const below = (limit: number) => bell.filter((value) => value < limit).length;
    expect(above(max)).toBeLessThanOrEqual(outside);
    expect(above(max - 2 * width)).toBeGreaterThan(outside);
    expect(below(min)).toBeLessThanOrEqual(outside);
    expect(below(min + 2 * width)).toBeGreaterThan(outside);
  });

  test("100 is min-max", () => {
    const method = { kind: "percentile", percentile: 100 } as const;
    expect(rangeOf([withOutliers], method)).toEqual(rangeOf([withOutliers], { kind: "min-max" }));
  });

  test("zeros count: half of what a ReLU gives", () => {
    const values = [...Array.from({ length: 90 }, () => 0), 1, 2, 3, 4, 5, 6, 7, 8, 9, 100];
    const { max } = rangeOf([values], { kind: "percentile", percentile: 98 });
    expect(max).toBeGreaterThanOrEqual(8);
    expect(max).toBeLessThan(10);
  });
});

describe("entropy", () => {
  test("outliers are left out, and what is evenly spread is not", () => {
    const { min, max } = rangeOf([[...normal(50_000, 2), 60, -60]], { kind: "entropy" });
    expect(max).toBeLessThan(12);
    expect(max).toBeGreaterThan(2.5);
    expect(min).toBeCloseTo(-max, 1);
    const even = Array.from({ length: 20_000 }, (_, i) => (i + 0.5) / 20_000);
    expect(rangeOf([even], { kind: "entropy" }).max).toBeGreaterThan(0.9);
  });
});

test("moving averages blend each sample's ends", () => {
  const method = { kind: "moving-average", momentum: 0.75 } as const;
  expect(
    rangeOf(
      [
        [0, 4],
        [-4, 8],
        [0, 0],
      ],
      method,
    ),
  ).toEqual({ min: -0.75, max: 3.75 });
});

const searched = ["min-max", "percentile", "mse", "entropy"] as const;

test.each(searched)("%s lies within what was seen, in any order and any portions", (kind) => {
  const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), {
    minLength: 4,
    maxLength: 64,
  });
  fc.assert(
    fc.property(values, (all) => {
      const seen = { min: Math.min(...all), max: Math.max(...all) };
      const found = rangeOf([all], { kind });
      const oneByOne = rangeOf(
        all.toReversed().map((value) => [value]),
        { kind },
      );
      expect(oneByOne).toEqual(found);
      expect(found.min).toBeGreaterThanOrEqual(Math.min(seen.min, 0));
      expect(found.max).toBeLessThanOrEqual(Math.max(seen.max, 0));
      expect(found.min).toBeLessThanOrEqual(found.max);
    }),
    { numRuns: 30 },
  );
});

test.each(["min-max", "moving-average", "percentile", "mse", "entropy"] as const)(
  "%s: zeros, one value, tiny and enormous values have ranges",
  (kind) => {
    for (const value of [0, -0, 3, -3, 1e-30, -1e-30, 1e-45, 1e30, -1e30, 3e38]) {
      const { min, max } = rangeOf([[value, value, 0]], { kind });
      expect(min).toBeLessThanOrEqual(max);
      expect(JSON.parse(JSON.stringify([min, max]))).toEqual([min, max]);
      const wanted = Math.abs(Math.fround(value));
      const reached = Math.max(-min, max);
      expect(reached).toBeLessThanOrEqual(wanted);
      // Moving averages of one sample and all others end within a bin or a candidate of it.
      expect(reached).toBeGreaterThanOrEqual(wanted * 0.98);
    }
  },
);

describe("samples that arrive one after the other", () => {
  async function* arriving(samples: readonly Float32Array[]) {
    for (const sample of samples) yield await Promise.resolve(sample);
  }
  const samples = [1, 2, 3].map((seed) => floats(seed)(8, seed));

  test("give the same ranges, with word of each", async () => {
    const counts: number[] = [];
    const ranges = await calibrateStream(identity(8), arriving(samples), {
      method: { kind: "mse" },
      onSample: (count) => counts.push(count),
    });
    expect(ranges).toEqual(calibrate(identity(8), samples, { method: { kind: "mse" } }));
    expect(counts).toEqual([1, 2, 3]);
  });

  test("may be none, or stop with an error of their own", async () => {
    await expect(calibrateStream(identity(8), arriving([]))).rejects.toThrow(
      expect.objectContaining({ code: "no-samples" }),
    );
    const failing = (function* () {
      yield samples[0] as Float32Array;
      throw new RangeError("the camera is off");
    })();
    await expect(calibrateStream(identity(8), failing)).rejects.toThrow("the camera is off");
  });
});

describe("methods as text", () => {
  test.each([
    ["min-max", "min-max"],
    ["moving-average", "moving-average:0.9"],
    ["moving-average:0.5", "moving-average:0.5"],
    ["percentile:99.9", "percentile:99.9"],
    ["mse", "mse"],
    ["entropy", "entropy"],
  ])("%s", (text, described) => {
    expect(describeMethod(parseCalibrationMethod(text))).toBe(described);
  });

  test.each([
    "",
    "max",
    "mse:3",
    "percentile:",
    "percentile:abc",
    "percentile:20",
    "percentile:101",
    "moving-average:1",
    "moving-average:0.5:2",
  ])("%j is none", (text) => {
    expect(() => parseCalibrationMethod(text)).toThrow(
      expect.objectContaining({ code: "invalid-method" }),
    );
  });
});

test("what was found is written down", () => {
  const ranges = calibrate(identity(1), [Float32Array.of(1)], { method: { kind: "percentile" } });
  expect(ranges.method).toBe("percentile:99.99");
});
