/**
 * How many times faster `ours` is than `theirs`, by the medians of runs in turn (A B A B …), so that
 * what else the machine does meets both.
 */
export async function ratio(
  theirs: () => unknown,
  ours: () => unknown,
  { warmUp = 3, rounds = 15 } = {},
): Promise<{ theirsMs: number; oursMs: number; ratio: number }> {
  const times = { theirs: [] as number[], ours: [] as number[] };
  for (let round = -warmUp; round < rounds; round++) {
    for (const [name, run] of [
      ["theirs", theirs],
      ["ours", ours],
    ] as const) {
      const start = performance.now();
      await run();
      if (round >= 0) times[name].push(performance.now() - start);
    }
  }
  const theirsMs = median(times.theirs);
  const oursMs = median(times.ours);
  return { theirsMs, oursMs, ratio: theirsMs / oursMs };
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}
