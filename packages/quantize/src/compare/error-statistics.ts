/** How far numbers are from what they should be. */
export interface ErrorStatistics {
  /** 10 · log₁₀(Σ x² / Σ (x − y)²), in decibels; infinite if nothing differs. One bit more is about 6. */
  readonly sqnrDb: number;
  /** Σ xy / √(Σ x² · Σ y²): 1 if only the length differs. */
  readonly cosine: number;
  /** The largest |x − y|, in the unit of the values. */
  readonly maxError: number;
  /** The mean of y − x: what correcting the bias could take away. */
  readonly meanError: number;
  /** Σ (x − y)² / Σ x² */
  readonly noiseToSignal: number;
  /** Share of the elements whose value is more than half a step outside of what can be stored, so that they are cut off. */
  readonly saturatedShare: number;
}

/** What numbers can be stored. Infinite for floats. */
export interface StorableRange {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export interface ErrorAccumulator {
  /** exact: x, actual: y, both as long; what is outside of `range` counts as saturated. */
  readonly add: (
    exact: ArrayLike<number>,
    actual: ArrayLike<number>,
    range?: StorableRange,
  ) => void;
  readonly statistics: () => ErrorStatistics;
}

/** Sums in float64 over as many arrays as are added. */
export function errorAccumulator(): ErrorAccumulator {
  let signal = 0;
  let power = 0;
  let noise = 0;
  let product = 0;
  let difference = 0;
  let maxError = 0;
  let saturated = 0;
  let count = 0;
  return {
    add(exact, actual, { min, max, step } = { min: -Infinity, max: Infinity, step: 0 }) {
      const low = min - step / 2;
      const high = max + step / 2;
      for (let i = 0; i < exact.length; i++) {
        const x = exact[i] as number;
        const y = actual[i] as number;
        const error = y - x;
        signal += x * x;
        power += y * y;
        noise += error * error;
        product += x * y;
        difference += error;
        if (!(Math.abs(error) <= maxError)) maxError = Math.abs(error);
        if (x < low || x > high) saturated++;
      }
      count += exact.length;
    },
    statistics: () => ({
      sqnrDb: decibels(signal, noise),
      cosine: noise === 0 ? 1 : product / Math.sqrt(signal * power || 1),
      maxError,
      meanError: count === 0 ? 0 : difference / count,
      noiseToSignal: noise === 0 ? 0 : noise / signal,
      saturatedShare: count === 0 ? 0 : saturated / count,
    }),
  };
}

/** 10 · log₁₀(signal / noise); infinite without noise. */
export function decibels(signal: number, noise: number): number {
  return noise === 0 ? Infinity : 10 * Math.log10(signal / noise);
}
