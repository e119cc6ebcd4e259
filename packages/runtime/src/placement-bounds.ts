import type { Floors } from "./placement-floors.ts";
import { type PlacementProblem, totalSize } from "./placement-problem.ts";

/** What follows, within a capacity, from the floors of a clique: parts of buffers that lie one above another. */
export interface Bounds {
  /** The sum of sizes of parts that each clique still has to place, in units. */
  readonly unplacedSizes: Float64Array; // [cliques]
  /** Whether the clique can still fit. If not, says which floors are to blame. */
  readonly fits: (clique: number) => boolean;
  /** Raises floors in a clique that fits. */
  readonly raiseFloors: (clique: number) => void;
  /** Lower than any capacity with which something that was concluded so far would not have been. In units. */
  readonly nextCapacity: () => number;
}

/**
 * A clique is a machine, a part in it a job, its size the duration, its floor the release date, the capacity the
 * deadline of all. The first two rules are those of scheduling on one machine:
 *
 * - `fits`: for each floor, the buffers that lie no lower have room above it. This is the bound of the preemptive
 *   schedule (Carlier 1982), and MiniMalloc's section inference (solver.cc) for every floor instead of the lowest.
 * - Not first (Carlier and Pinson 1989): if a buffer and some others do not fit above its floor, it is not below them
 *   all, so not below the lowest top of theirs. The others whose tops are highest raise it most.
 * - Sums: what lies below a buffer are some of the others and no more empty units than the clique has to spare. So
 *   its floor rises to the next sum of others, if the last one leaves too many empty. Only where few are left.
 */
export function createBounds(
  { sizes: { length: bufferCount }, cliques }: PlacementProblem,
  capacity: number,
  floors: Floors,
): Bounds {
  const { at, isPlaced, blame } = floors;
  const unplacedSizes = Float64Array.from(cliques, totalSize);
  // Parts by their positions, in the order of the last look, highest first: the next look finds them almost sorted.
  const byFloor = cliques.map(({ members }) => members.map((_, part) => part));
  const byTop = byFloor.map((parts) => parts.slice());
  const keys = new Float64Array(bufferCount);
  const few = new Int32Array(fewBuffers);
  const sums = new Float64Array(2 ** fewBuffers); // [subsets of `few`]
  let nextCapacity = Infinity;

  return {
    unplacedSizes,
    fits,
    raiseFloors(clique) {
      raiseAboveOthers(clique);
      raiseToSums(clique);
    },
    nextCapacity: () => nextCapacity,
  };

  function fits(clique: number): boolean {
    const { members, skips, sizes } = cliques[clique]!;
    const parts = byFloor[clique]!;
    for (let i = 0; i < parts.length; i++) keys[i] = at[members[parts[i]!]!]! + skips[parts[i]!]!;
    sortDescending(parts, keys);
    let sum = 0;
    for (let i = 0; i < parts.length; i++) {
      if (isPlaced[members[parts[i]!]!] === 1) continue;
      sum += sizes[parts[i]!]!;
      const needed = keys[i]! + sum;
      if (needed <= capacity) continue;
      nextCapacity = Math.min(nextCapacity, needed);
      for (let j = 0; j <= i; j++) {
        const b = members[parts[j]!]!;
        if (isPlaced[b] === 0) blame.floor[b] = 1;
      }
      return false;
    }
    return true;
  }

  function raiseAboveOthers(clique: number): void {
    const { members, skips, sizes } = cliques[clique]!;
    const highestFirst = capacity - unplacedSizes[clique]!;
    if (!hasUnplacedAbove(clique, highestFirst)) return;
    const parts = byTop[clique]!;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      keys[i] = at[members[part]!]! + skips[part]! + sizes[part]!;
    }
    sortDescending(parts, keys);
    for (let i = 0; i < parts.length; i++) {
      const b = members[parts[i]!]!;
      const skip = skips[parts[i]!]!;
      if (isPlaced[b] === 1 || at[b]! + skip <= highestFirst) continue;
      let needed = at[b]! + skip + sizes[parts[i]!]!;
      let last = 0;
      for (; last < parts.length; last++) {
        if (last === i || isPlaced[members[parts[last]!]!] === 1) continue;
        needed += sizes[parts[last]!]!;
        if (needed > capacity) break;
      }
      if (last === parts.length) continue;
      // The tops of those that rose during this look are higher by now, which does no harm.
      const lowestTop = keys[last]!;
      if (lowestTop <= at[b]! + skip) continue;
      nextCapacity = Math.min(nextCapacity, needed);
      for (let j = 0; j <= last; j++) {
        const other = members[parts[j]!]!;
        if (j !== i && isPlaced[other] === 0) floors.because(other);
      }
      floors.raise(b, lowestTop - skip);
    }
  }

  function raiseToSums(clique: number): void {
    const { members, skips, sizes } = cliques[clique]!;
    const parts = byFloor[clique]!;
    let count = 0;
    let lowest = Infinity;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i]!;
      if (isPlaced[members[part]!] === 1) continue;
      if (count === fewBuffers) return;
      few[count++] = part;
      lowest = Math.min(lowest, at[members[part]!]! + skips[part]!);
    }
    const spare = capacity - lowest - unplacedSizes[clique]!;
    if (!hasUnplacedAbove(clique, lowest + spare)) return;
    let subsets = 1;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < subsets; j++) sums[subsets + j] = sums[j]! + sizes[few[i]!]!;
      subsets *= 2;
    }
    for (let i = 0; i < count; i++) {
      const b = members[few[i]!]!;
      const skip = skips[few[i]!]!;
      const height = at[b]! + skip - lowest;
      let lastSum = 0;
      let nextSum = Infinity;
      for (let j = 0; j < subsets; j++) {
        if ((j & (1 << i)) !== 0) continue;
        if (sums[j]! <= height) lastSum = Math.max(lastSum, sums[j]!);
        else nextSum = Math.min(nextSum, sums[j]!);
      }
      const empty = height - lastSum;
      if (empty <= spare) continue;
      nextCapacity = Math.min(nextCapacity, capacity + empty - spare);
      for (let j = 0; j < count; j++) if (j !== i) floors.because(members[few[j]!]!);
      floors.raise(b, nextSum === Infinity ? capacity : lowest + nextSum - skip);
    }
  }

  function hasUnplacedAbove(clique: number, floor: number): boolean {
    const { members, skips } = cliques[clique]!;
    for (let i = 0; i < members.length; i++) {
      if (isPlaced[members[i]!] === 0 && at[members[i]!]! + skips[i]! > floor) return true;
    }
    return false;
  }
}

/** Of how many buffers all sums are looked at: 2⁶. */
const fewBuffers = 6;

/** Sorts parts and their keys together, quickly if they are almost sorted. */
function sortDescending(parts: Int32Array, keys: Float64Array): void {
  for (let i = 1; i < parts.length; i++) {
    const part = parts[i]!;
    const key = keys[i]!;
    let j = i;
    for (; j > 0 && keys[j - 1]! < key; j--) {
      parts[j] = parts[j - 1]!;
      keys[j] = keys[j - 1]!;
    }
    parts[j] = part;
    keys[j] = key;
  }
}
