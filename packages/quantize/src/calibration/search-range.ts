import type { Range } from "../ranges.ts";
import { bins, type Counts } from "./histogram.ts";

/** Steps of 8 bits. */
const steps = 255;
/** Ends of the range that are tried on each side, as parts of what was seen. */
const candidates = 128;

/**
 * Without the outermost values: as many as `100 − percentile` percent on each side.
 *
 * Ends are those of bins, so that a little less is left out.
 */
export function percentileRange(counts: Counts, percentile: number): Range {
  const { negative, positive, zeros, width, min, max } = counts;
  const total = zeros + sum(negative) + sum(positive);
  const outside = total * (1 - percentile / 100);
  const high = endOf(positive, outside, total - sum(positive), width);
  const low = endOf(negative, outside, total - sum(negative), width);
  return { min: Math.max(-low, min), max: Math.min(high, max) };
}

/** Where on this side as many values are left out; 0 if the side ends before. */
function endOf(side: Float64Array, outside: number, others: number, width: number): number {
  let left = 0;
  for (let i = bins - 1; i >= 0; i--) {
    left += side[i] as number;
    if (left > outside) return (i + 1) * width;
  }
  // What is left out reaches beyond 0, where a range has to end.
  return others > 0 ? 0 : width;
}

/**
 * The range with the smallest mean squared error in 8 bits, of 128 ends on each side.
 *
 * Rounding errs by step² / 12 in the mean; values below half a step become 0; those outside the nearest end.
 */
export function meanSquaredErrorRange(counts: Counts): Range {
  const { min, max } = counts;
  const negative = momentsOf(counts.negative, counts.width);
  const positive = momentsOf(counts.positive, counts.width);
  let best = { min, max, error: Infinity };
  for (let i = 1; i <= (min < 0 ? candidates : 1); i++) {
    const low = (Math.min(min, 0) * i) / (min < 0 ? candidates : 1);
    for (let j = 1; j <= (max > 0 ? candidates : 1); j++) {
      const high = (Math.max(max, 0) * j) / (max > 0 ? candidates : 1);
      const step = (high - low) / steps;
      const error = errorOf(negative, -low, step) + errorOf(positive, high, step);
      if (error <= best.error) best = { min: low + 0, max: high + 0, error };
    }
  }
  return { min: best.min, max: best.max };
}

/** Sums over the bins before each one: counts, values, squares. */
interface Moments {
  readonly width: number;
  readonly counts: Float64Array; // [bins + 1]
  readonly values: Float64Array; // [bins + 1]
  readonly squares: Float64Array; // [bins + 1]
}

function momentsOf(side: Float64Array, width: number): Moments {
  const counts = new Float64Array(bins + 1);
  const values = new Float64Array(bins + 1);
  const squares = new Float64Array(bins + 1);
  for (const [i, count] of side.entries()) {
    const center = (i + 0.5) * width;
    counts[i + 1] = (counts[i] as number) + count;
    values[i + 1] = (values[i] as number) + count * center;
    squares[i + 1] = (squares[i] as number) + count * center ** 2;
  }
  return { width, counts, values, squares };
}

/** Sum of squared errors on one side. */
function errorOf({ width, counts, values, squares }: Moments, end: number, step: number): number {
  if (width === 0) return 0;
  const at = (sums: Float64Array, bin: number) => sums[bin] as number;
  const binOf = (value: number) => Math.min(bins, Math.round(value / width));
  const first = binOf(end);
  const rounded = Math.min(first, binOf(step / 2));
  const inside = (at(counts, first) - at(counts, rounded)) * (step ** 2 / 12);
  const outside =
    at(squares, bins) -
    at(squares, first) -
    2 * end * (at(values, bins) - at(values, first)) +
    end ** 2 * (at(counts, bins) - at(counts, first));
  return at(squares, rounded) + inside + outside;
}

/**
 * The range whose 8-bit distribution tells least from the one that was seen, both ends drawn in alike.
 *
 * For each range, what lies outside counts as its ends; then 256 levels share out their counts evenly among the bins
 * that are not empty, and the Kullback-Leibler divergence between the two is compared.
 * Source: S. Migacz, 8-bit Inference with TensorRT, GPU Technology Conference 2017.
 */
export function entropyRange(counts: Counts): Range {
  const { min, max, width } = counts;
  if (width === 0) return { min, max };
  const seen = [...counts.negative.toReversed(), ...counts.positive];
  let best = { min, max, divergence: Infinity };
  for (let part = candidates; part >= candidates / 16; part--) {
    const low = (Math.min(min, 0) * part) / candidates;
    const high = (Math.max(max, 0) * part) / candidates;
    const from = bins + Math.floor(low / width);
    const to = Math.min(2 * bins, bins + Math.ceil(high / width));
    // With fewer bins than levels nothing would be lost.
    if (to - from <= steps + 1 && part < candidates) break;
    const divergence = divergenceOf(seen, from, to);
    if (divergence < best.divergence) best = { min: low + 0, max: high + 0, divergence };
  }
  return { min: best.min, max: best.max };
}

function divergenceOf(seen: readonly number[], from: number, to: number): number {
  const inside = seen.slice(from, to);
  const clipped = [...inside];
  clipped[0] = (clipped[0] ?? 0) + sum(seen.slice(0, from));
  clipped[clipped.length - 1] = (clipped.at(-1) ?? 0) + sum(seen.slice(to));
  const total = sum(clipped);
  const insideTotal = sum(inside);
  if (total === 0 || insideTotal === 0) return total === 0 ? 0 : Infinity;
  const perLevel = inside.length / (steps + 1);
  let divergence = 0;
  for (let level = 0; level <= steps; level++) {
    const start = Math.floor(level * perLevel);
    const end = Math.max(start, Math.floor((level + 1) * perLevel));
    let count = 0;
    let filled = 0;
    for (let i = start; i < end; i++) {
      count += inside[i] as number;
      if ((inside[i] as number) > 0) filled++;
    }
    for (let i = start; i < end; i++) {
      const p = (clipped[i] as number) / total;
      if (p === 0) continue;
      // Where only clipped values are, the level has nothing to share out.
      const q = filled === 0 || inside[i] === 0 ? smallest : count / filled / insideTotal;
      divergence += p * Math.log(p / q);
    }
  }
  return divergence;
}

const smallest = 1e-12;

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
