import { constraints, type Costs } from "./budget.ts";

interface Judged {
  readonly costs: Costs;
  readonly accuracy: number;
}

/** Those that no other one beats: none is as accurate, as cheap in every respect, and better in one. Cheapest flash first. */
export function paretoFront<T extends Judged>(all: readonly T[]): readonly T[] {
  return all
    .filter((one) => !all.some((other) => beats(other, one)))
    .toSorted((a, b) => a.costs.flashBytes - b.costs.flashBytes || a.accuracy - b.accuracy);
}

function beats(a: Judged, b: Judged): boolean {
  return (
    a.accuracy >= b.accuracy &&
    isNoDearer(a.costs, b.costs) &&
    (a.accuracy > b.accuracy || !isNoDearer(b.costs, a.costs))
  );
}

/**
 * How much more accurate it is than all others that cost no more in any respect; below 0 by how much it falls short of the best of them.
 * Infinity, if there are none.
 */
export function lead(one: Judged, all: readonly Judged[]): number {
  const rivals = all.filter((other) => other !== one && isNoDearer(other.costs, one.costs));
  return one.accuracy - Math.max(-Infinity, ...rivals.map(({ accuracy }) => accuracy));
}

function isNoDearer(a: Costs, b: Costs): boolean {
  return constraints.every((constraint) => a[constraint] <= b[constraint]);
}
