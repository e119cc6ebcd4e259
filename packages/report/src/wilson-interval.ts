/**
 * Where the true share lies with 95 % confidence, seen `share` of `count` independent trials.
 *
 * Stays inside 0–1 and is wide for few trials, also at a share of exactly 0 or 1.
 * Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
 */
export function wilsonInterval(share: number, count: number): readonly [low: number, high: number] {
  const z2 = standardScore ** 2;
  const center = share + z2 / (2 * count);
  const half = standardScore * Math.sqrt((share * (1 - share)) / count + z2 / (4 * count * count));
  const scale = 1 + z2 / count;
  return [Math.max(0, (center - half) / scale), Math.min(1, (center + half) / scale)];
}

/** Of 95 % confidence, two-sided. */
const standardScore = 1.959964;
