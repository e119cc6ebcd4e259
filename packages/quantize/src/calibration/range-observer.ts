import type { Range } from "../ranges.ts";
import {
  type CalibrationMethod,
  defaultMomentum,
  defaultPercentile,
} from "./calibration-method.ts";
import { createHistogram } from "./histogram.ts";
import { entropyRange, meanSquaredErrorRange, percentileRange } from "./search-range.ts";

/** Sees a tensor's values, sample after sample. */
export interface RangeObserver {
  readonly see: (values: Float32Array) => void;
  readonly range: () => Range;
}

export function createRangeObserver(method: CalibrationMethod): RangeObserver {
  switch (method.kind) {
    case "min-max":
      return minMax();
    case "moving-average":
      return movingAverage(method.momentum ?? defaultMomentum);
    case "percentile": {
      const { percentile = defaultPercentile } = method;
      return fromHistogram((counts) => percentileRange(counts, percentile));
    }
    case "mse":
      return fromHistogram(meanSquaredErrorRange);
    case "entropy":
      return fromHistogram(entropyRange);
    default:
      method satisfies never;
      return minMax();
  }
}

function minMax(): RangeObserver {
  let min = Infinity;
  let max = -Infinity;
  return {
    see(values) {
      for (const value of values) {
        if (value < min) min = value;
        if (value > max) max = value;
      }
    },
    // Adding 0 turns −0, which JSON does not know, into 0.
    range: () => ({ min: min + 0, max: max + 0 }),
  };
}

function movingAverage(momentum: number): RangeObserver {
  let average: Range | undefined;
  return {
    see(values) {
      const sample = minMax();
      sample.see(values);
      const { min, max } = sample.range();
      const blend = (old: number, now: number) => old * momentum + now * (1 - momentum);
      average =
        average === undefined
          ? { min, max }
          : { min: blend(average.min, min), max: blend(average.max, max) };
    },
    range() {
      const { min, max } = average ?? { min: 0, max: 0 };
      return { min: Math.fround(min) + 0, max: Math.fround(max) + 0 };
    },
  };
}

function fromHistogram(
  search: (counts: ReturnType<ReturnType<typeof createHistogram>["counts"]>) => Range,
): RangeObserver {
  const histogram = createHistogram();
  return {
    see: histogram.add,
    range() {
      const { min, max } = search(histogram.counts());
      return { min: Math.fround(min) + 0, max: Math.fround(max) + 0 };
    },
  };
}
