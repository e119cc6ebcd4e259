/** How often values of each size were seen. Zeros are counted apart: every range stands for them exactly. */
export interface Histogram {
  readonly add: (values: Float32Array) => void;
  readonly counts: () => Counts;
}

export interface Counts {
  /** Bin i holds magnitudes from i × width on. */
  readonly width: number;
  readonly negative: Float64Array; // [bins]
  readonly positive: Float64Array; // [bins]
  readonly zeros: number;
  readonly min: number;
  readonly max: number;
}

export const bins = 4096;

/**
 * A histogram that needs no second pass: both sides reach to a power of two, and where a value lies beyond, bins are
 * merged until it does not. So the counts do not depend on the order of values.
 */
export function createHistogram(): Histogram {
  let reach = 0;
  let negative = new Float64Array(bins);
  let positive = new Float64Array(bins);
  let zeros = 0;
  let min = Infinity;
  let max = -Infinity;

  const grow = (magnitude: number) => {
    const next = powerOfTwoAbove(magnitude);
    if (reach > 0) {
      negative = merge(negative, next / reach);
      positive = merge(positive, next / reach);
    }
    reach = next;
  };
  return {
    add(values) {
      let largest = 0;
      for (const value of values) {
        if (value < min) min = value;
        if (value > max) max = value;
        const magnitude = Math.abs(value);
        if (magnitude > largest) largest = magnitude;
      }
      if (largest >= reach && largest > 0) grow(largest);
      const perUnit = bins / reach;
      for (const value of values) {
        if (value > 0) positive[(value * perUnit) | 0]!++;
        else if (value < 0) negative[(-value * perUnit) | 0]!++;
        else zeros++;
      }
    },
    counts: () => ({ width: reach / bins, negative, positive, zeros, min: min + 0, max: max + 0 }),
  };
}

/** The smallest power of two that is larger. */
function powerOfTwoAbove(x: number): number {
  const power = 2 ** Math.floor(Math.log2(x));
  return power > x ? power : 2 * power;
}

function merge(counts: Float64Array<ArrayBuffer>, ratio: number): Float64Array<ArrayBuffer> {
  const merged = new Float64Array(bins);
  for (const [i, count] of counts.entries()) merged[Math.floor(i / ratio)]! += count;
  return merged;
}
