import type { Floors } from "./placement-floors.ts";
import type { Bounds } from "./placement-bounds.ts";
import { lifetimesOf, peaksOf } from "./placement-first-fit.ts";
import type { PlacementProblem } from "./placement-problem.ts";

/** Which buffer to decide about next. */
export interface Branching {
  /** A buffer that is in nobody's way at its floor: no unplaced neighbor's floor is too close above it. */
  readonly findFree: (unplaced: Int32Array) => number | undefined;
  /** A buffer beneath whose floor no unplaced neighbor fits, where a decision matters most. */
  readonly choose: (unplaced: Int32Array) => number;
  /** A clique did not fit: it will be preferred. */
  readonly noteFailure: (clique: number) => void;
  /** Uses the other of two ways to choose. */
  readonly alternate: () => void;
}

/**
 * Two ways to choose, which alternate with restarts; each solves instances that the other does not.
 *
 * By trouble: a lowest buffer of the clique with the least slack for each time it failed (dom/wdeg: Boussemart et al.,
 * "Boosting systematic search by weighting constraints", ECAI 2004). Keeps together what belongs together in time.
 * By floor: a lowest buffer of all, as MiniMalloc (solver.cc).
 *
 * Of equally low ones the one under the heaviest load comes first, then the longest-lived, then the largest.
 */
export function createBranching(
  problem: PlacementProblem,
  capacity: number,
  { at, isPlaced }: Floors,
  { unplacedSizes }: Bounds,
): Branching {
  const { sizes, neighbors, stepsUp, stepsDown, cliques, cliquesOf } = problem;
  const lifetimes = lifetimesOf(problem);
  const peaks = peaksOf(problem);
  const failures = new Float64Array(cliques.length).fill(1);
  const seenIn = new Int32Array(cliques.length);
  let choice = 0;
  let byTrouble = true;

  return {
    findFree(unplaced) {
      for (let i = 0; i < unplaced.length; i++) {
        const b = unplaced[i]!;
        if (isInNobodysWay(b) && fitsBeneath(b) === undefined) return b;
      }
      return undefined;
    },

    choose(unplaced) {
      const clique = byTrouble ? mostTroubled(unplaced) : undefined;
      let chosen = lowestOf(clique === undefined ? unplaced : cliques[clique]!.members);
      for (let lower = fitsBeneath(chosen); lower !== undefined; lower = fitsBeneath(chosen)) {
        chosen = lower;
      }
      return chosen;
    },

    noteFailure(clique) {
      failures[clique]! += 1;
    },

    alternate() {
      byTrouble = !byTrouble;
    },
  };

  function isInNobodysWay(b: number): boolean {
    const around = neighbors[b]!;
    const steps = stepsUp[b]!;
    for (let i = 0; i < around.length; i++) {
      if (isPlaced[around[i]!] === 0 && at[around[i]!]! < at[b]! + steps[i]!) return false;
    }
    return true;
  }

  function fitsBeneath(b: number): number | undefined {
    const around = neighbors[b]!;
    const steps = stepsDown[b]!;
    for (let i = 0; i < around.length; i++) {
      const x = around[i]!;
      if (isPlaced[x] === 0 && at[x]! + steps[i]! <= at[b]!) return x;
    }
    return undefined;
  }

  /** Undefined if no clique has two unplaced buffers, which can be only if `cliques` do not cover all conflicts. */
  function mostTroubled(unplaced: Int32Array): number | undefined {
    choice++;
    let most: number | undefined;
    let leastSlack = Infinity;
    for (let i = 0; i < unplaced.length; i++) {
      const around = cliquesOf[unplaced[i]!]!;
      for (let j = 0; j < around.length; j++) {
        const clique = around[j]!;
        if (seenIn[clique] === choice) continue;
        seenIn[clique] = choice;
        const slack = slackOf(clique) / failures[clique]!;
        if (slack >= leastSlack) continue;
        leastSlack = slack;
        most = clique;
      }
    }
    return most;
  }

  /** One more than the units that may stay empty above the lowest floor. */
  function slackOf(clique: number): number {
    const { members } = cliques[clique]!;
    let lowest = Infinity;
    let count = 0;
    for (let i = 0; i < members.length; i++) {
      if (isPlaced[members[i]!] === 1) continue;
      count++;
      lowest = Math.min(lowest, at[members[i]!]!);
    }
    return count < 2 ? Infinity : capacity - lowest - unplacedSizes[clique]! + 1;
  }

  function lowestOf(buffers: Int32Array): number {
    let lowest = -1;
    for (let i = 0; i < buffers.length; i++) {
      const b = buffers[i]!;
      if (isPlaced[b] === 0 && (lowest === -1 || comesBefore(b, lowest))) lowest = b;
    }
    return lowest;
  }

  function comesBefore(a: number, b: number): boolean {
    if (at[a] !== at[b]) return at[a]! < at[b]!;
    if (peaks[a] !== peaks[b]) return peaks[a]! > peaks[b]!;
    if (lifetimes[a] !== lifetimes[b]) return lifetimes[a]! > lifetimes[b]!;
    return sizes[a]! > sizes[b]!;
  }
}
