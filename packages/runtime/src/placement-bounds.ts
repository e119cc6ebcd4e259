import type { Floors } from "./placement-floors.ts";
import { type PlacementProblem, totalSize } from "./placement-problem.ts";

/** What follows, within a capacity, from the floors of a clique: buffers that lie one above another. */
export interface Bounds {
  /** The sum of sizes that each clique still has to place, in units. */
  readonly unplacedSizes: Float64Array; // [cliques]
  /** Whether the clique can still fit. If not, says which floors are to blame. */
  readonly fits: (clique: number) => boolean;
  /** Raises floors in a clique that fits. */
  readonly raiseFloors: (clique: number) => void;
  /** Lower than any capacity with which something that was concluded so far would not have been. In units. */
  readonly nextCapacity: () => number;
}

/**
 * A clique is a machine, a buffer in it a job, its size the duration, its floor the release date, the capacity the
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
  { sizes, cliques }: PlacementProblem,
  capacity: number,
  floors: Floors,
): Bounds {
  const { at, isPlaced, blame } = floors;
  const unplacedSizes = Float64Array.from(cliques, (members) => totalSize(sizes, members));
  // Members in the order of the last look, highest first: the next look finds them almost sorted.
  const byFloor = cliques.map((members) => members.slice());
  const byTop = cliques.map((members) => members.slice());
  const keys = new Float64Array(sizes.length);
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
    const members = byFloor[clique]!;
    for (let i = 0; i < members.length; i++) keys[i] = at[members[i]!]!;
    sortDescending(members, keys);
    let sum = 0;
    for (let i = 0; i < members.length; i++) {
      const b = members[i]!;
      if (isPlaced[b] === 1) continue;
      sum += sizes[b]!;
      const needed = keys[i]! + sum;
      if (needed <= capacity) continue;
      nextCapacity = Math.min(nextCapacity, needed);
      for (let j = 0; j <= i; j++) if (isPlaced[members[j]!] === 0) blame.floor[members[j]!] = 1;
      return false;
    }
    return true;
  }

  function raiseAboveOthers(clique: number): void {
    const highestFirst = capacity - unplacedSizes[clique]!;
    if (!hasUnplacedAbove(clique, highestFirst)) return;
    const members = byTop[clique]!;
    for (let i = 0; i < members.length; i++) keys[i] = at[members[i]!]! + sizes[members[i]!]!;
    sortDescending(members, keys);
    for (let i = 0; i < members.length; i++) {
      const b = members[i]!;
      if (isPlaced[b] === 1 || at[b]! <= highestFirst) continue;
      let needed = at[b]! + sizes[b]!;
      let last = 0;
      for (; last < members.length; last++) {
        if (last === i || isPlaced[members[last]!] === 1) continue;
        needed += sizes[members[last]!]!;
        if (needed > capacity) break;
      }
      if (last === members.length) continue;
      // The tops of those that rose during this look are higher by now, which does no harm.
      const lowestTop = keys[last]!;
      if (lowestTop <= at[b]!) continue;
      nextCapacity = Math.min(nextCapacity, needed);
      for (let j = 0; j <= last; j++) {
        if (j !== i && isPlaced[members[j]!] === 0) floors.because(members[j]!);
      }
      floors.raise(b, lowestTop);
    }
  }

  function raiseToSums(clique: number): void {
    const members = byFloor[clique]!;
    let count = 0;
    let lowest = Infinity;
    for (let i = 0; i < members.length; i++) {
      if (isPlaced[members[i]!] === 1) continue;
      if (count === fewBuffers) return;
      few[count++] = members[i]!;
      lowest = Math.min(lowest, at[members[i]!]!);
    }
    const spare = capacity - lowest - unplacedSizes[clique]!;
    if (!hasUnplacedAbove(clique, lowest + spare)) return;
    let subsets = 1;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < subsets; j++) sums[subsets + j] = sums[j]! + sizes[few[i]!]!;
      subsets *= 2;
    }
    for (let i = 0; i < count; i++) {
      const b = few[i]!;
      const height = at[b]! - lowest;
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
      for (let j = 0; j < count; j++) if (j !== i) floors.because(few[j]!);
      floors.raise(b, nextSum === Infinity ? capacity : lowest + nextSum);
    }
  }

  function hasUnplacedAbove(clique: number, floor: number): boolean {
    const members = byFloor[clique]!;
    for (let i = 0; i < members.length; i++) {
      if (isPlaced[members[i]!] === 0 && at[members[i]!]! > floor) return true;
    }
    return false;
  }
}

/** Of how many buffers all sums are looked at: 2⁶. */
const fewBuffers = 6;

/** Sorts members and their keys together, quickly if they are almost sorted. */
function sortDescending(members: Int32Array, keys: Float64Array): void {
  for (let i = 1; i < members.length; i++) {
    const member = members[i]!;
    const key = keys[i]!;
    let j = i;
    for (; j > 0 && keys[j - 1]! < key; j--) {
      members[j] = members[j - 1]!;
      keys[j] = keys[j - 1]!;
    }
    members[j] = member;
    keys[j] = key;
  }
}
