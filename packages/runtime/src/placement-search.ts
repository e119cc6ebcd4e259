import { createBounds } from "./placement-bounds.ts";
import { createBranching } from "./placement-branching.ts";
import type { Placement } from "./placement-first-fit.ts";
import { createFloors } from "./placement-floors.ts";
import { createNogoods } from "./placement-nogoods.ts";
import { type PlacementProblem, totalSize } from "./placement-problem.ts";

/** A search for a placement no higher than a capacity. It can be continued until it knows. */
export interface Search {
  readonly capacity: number;
  /** Goes on for at most so many nodes: decisions about where one buffer lies. */
  readonly run: (maxNodes: number) => SearchOutcome;
}

export type SearchOutcome =
  | { readonly kind: "placed"; readonly placement: Placement; readonly nodes: number }
  /** There is no placement lower than `nextCapacity`, which is more than the capacity. */
  | { readonly kind: "impossible"; readonly nextCapacity: number; readonly nodes: number }
  | { readonly kind: "gave-up"; readonly nodes: number };

/** Nodes before the first restart. */
const firstSlice = 250;

/**
 * Decides whether all buffers of a problem fit into a capacity, in units.
 *
 * A *subproblem* is a set of unplaced buffers, each with a floor: an offset that it must not lie below. A solution
 * places them at or above their floors, within the capacity, one of each two neighbors a step above the other. (A step
 * is the size of the lower one, or less if they may overlap this way round. Its upper end is what "top" means below, as
 * seen by the neighbor.) The search replaces a
 * subproblem by others of the same kind, so that it has a solution if and only if they have:
 *
 * 1. Floors rise where the bounds or a nogood say so; if the bounds or a nogood are broken there is no solution.
 * 2. A *free* buffer, whose top at its floor reaches no neighbor's floor, is placed there: whatever a solution does
 *    with it, moving it there harms nobody.
 * 3. Otherwise it takes a buffer beneath whose floor no neighbor fits. Either the buffer lies at its floor, then its
 *    neighbors lie above it. Or not, and if there is a solution there is one in which nothing can slide down: each
 *    buffer lies at its floor or on top of a neighbor. This one then lies on a neighbor, so its floor rises to the
 *    lowest top that a neighbor can have. (Schedule or postpone: Le Pape et al., "Time-versus-capacity compromises in
 *    project scheduling", 1994. Solutions that cannot slide down are MiniMalloc's canonical ones: Moffitt, ASPLOS
 *    2023.)
 * 4. Groups of unplaced buffers between which nothing is alive any more are solved one by one.
 *
 * When a subproblem has no solution, the buffers that the refutation used have none by themselves, with the floors
 * they had when the subproblem began: a nogood. If the buffer decided about is not among those, the other branch
 * needs no look (conflict-directed backjumping: Prosser 1993; nogoods of bounds: Ohrimenko, Stuckey and Codish,
 * "Propagation via lazy clause generation", 2009). That the refutation holds for these buffers alone needs care where
 * it used what a neighbor's floor is *not*, in 2 and 3: a neighbor that had to rise for it within the subproblem
 * counts as used.
 *
 * A mirror image of a placement is one, too. So of two neighbors, one may be required to lie above the other.
 *
 * Restarts (Gomes, Selman and Kautz 1998) keep nogoods and what is known about troublesome cliques.
 */
export function createSearch(problem: PlacementProblem, capacity: number): Search {
  const { sizes, neighbors, stepsUp, stepsDown } = problem;
  const { cliques, cliquesOf, partSizes, firstMoments, lastMoments } = problem;
  const bufferCount = sizes.length;
  const floors = createFloors(bufferCount, (buffer) => {
    risen.push(buffer);
    lookAgainAt(buffer);
  });
  const { at, isPlaced, blame } = floors;
  const bounds = createBounds(problem, capacity, floors);
  const nogoods = createNogoods(bufferCount, floors);
  const branching = createBranching(problem, capacity, floors, bounds);

  // What there is to conclude from: buffers whose floors rose, and cliques that something happened to.
  const risen: number[] = [];
  const pending: number[] = [];
  const isPending = new Uint8Array(cliques.length);
  // Level d of the search has row d: the unplaced buffers it works on, and their floors as they were at first.
  const unplacedRows = new Int32Array((bufferCount + 1) * bufferCount);
  const floorRows = new Float64Array((bufferCount + 1) * bufferCount);

  let nodes = 0;
  let nodeLimit = 0;
  let slice = firstSlice;
  let sliceEnd = 0;
  if (problem.isSymmetric) requireOneAboveAnother();
  for (let buffer = 0; buffer < bufferCount; buffer++) {
    unplacedRows[buffer] = buffer;
    lookAgainAt(buffer);
  }
  let isRefuted = !conclude();

  return { capacity, run };

  function run(maxNodes: number): SearchOutcome {
    const nodesBefore = nodes;
    nodeLimit = nodes + maxNodes;
    while (!isRefuted) {
      if (nodes >= sliceEnd) sliceEnd = nodes + slice;
      const result = solve(0, 0, bufferCount);
      if (result === "solved") {
        return { kind: "placed", placement: takePlacement(), nodes: nodes - nodesBefore };
      }
      isRefuted = result === "refuted";
      blame.floor.fill(0);
      blame.place.fill(0);
      if (isRefuted) break;
      if (nodes >= sliceEnd) {
        slice = Math.ceil(slice * 1.3);
        branching.alternate();
      }
      if (nodes >= nodeLimit) return { kind: "gave-up", nodes: nodes - nodesBefore };
    }
    const nextCapacity = bounds.nextCapacity();
    return { kind: "impossible", nextCapacity, nodes: nodes - nodesBefore };
  }

  /** Solves for unplacedRows[from, to), at this level. If refuted, says which buffers are to blame. */
  function solve(level: number, from: number, to: number): "solved" | "refuted" | "out of nodes" {
    const unplaced = unplacedRows.subarray(from, to);
    const floorsAtFirst = floorRows.subarray(level * bufferCount, (level + 1) * bufferCount);
    for (const b of unplaced) floorsAtFirst[b] = at[b]!;
    const first = floors.mark();
    for (;;) {
      if (nodes >= nodeLimit || nodes >= sliceEnd) {
        floors.undoTo(first);
        return "out of nodes";
      }
      nodes++;
      const free = branching.findFree(unplaced);
      const buffer = free ?? branching.choose(unplaced);
      const beforeBranch = floors.mark();
      place(buffer);
      const result = conclude() ? solveGroups(level, unplaced, buffer) : "refuted";
      if (result === "solved") return result;
      if (result === "refuted") floors.explainTo(beforeBranch);
      floors.undoTo(beforeBranch);
      unplace(buffer);
      if (result === "out of nodes") {
        floors.undoTo(first);
        return result;
      }
      if (blame.place[buffer] === 0) break;
      blame.place[buffer] = 0;
      blame.floor[buffer] = 1;
      if (free !== undefined) {
        blameThoseLifted(floorsAtFirst, buffer, at[buffer]!, stepsUp[buffer]!, -1);
        break;
      }
      const lowestTop = lowestTopAround(buffer);
      blameThoseLifted(floorsAtFirst, buffer, lowestTop, stepsDown[buffer]!, 1);
      floors.becauseOfBlame();
      floors.raise(buffer, lowestTop);
      if (!conclude()) break;
    }
    floors.explainTo(first);
    floors.undoTo(first);
    nogoods.learn();
    return "refuted";
  }

  /** Solves what remains after `placed` was placed, group by group. */
  function solveGroups(
    level: number,
    unplaced: Int32Array,
    placed: number,
  ): "solved" | "refuted" | "out of nodes" {
    const groups: { from: number; to: number }[] = [];
    let to = (level + 1) * bufferCount;
    let reach = -1;
    for (const b of unplaced) {
      if (b === placed) continue;
      if (firstMoments[b]! > reach) groups.push({ from: to, to });
      unplacedRows[to++] = b;
      groups.at(-1)!.to = to;
      reach = Math.max(reach, lastMoments[b]!);
    }
    groups.sort((a, b) => a.to - a.from - (b.to - b.from));
    for (const [done, { from, to: end }] of groups.entries()) {
      const result = solve(level + 1, from, end);
      if (result === "solved") continue;
      for (const group of groups.slice(0, done)) {
        for (let i = group.from; i < group.to; i++) unplace(unplacedRows[i]!);
      }
      return result;
    }
    return "solved";
  }

  function place(buffer: number): void {
    const around = neighbors[buffer]!;
    const steps = stepsUp[buffer]!;
    isPlaced[buffer] = 1;
    changeUnplaced(buffer, -1);
    lookAgainAt(buffer);
    for (let i = 0; i < around.length; i++) {
      const floor = at[buffer]! + steps[i]!;
      if (isPlaced[around[i]!] === 1 || at[around[i]!]! >= floor) continue;
      floors.becausePlaced(buffer);
      floors.raise(around[i]!, floor);
    }
  }

  function unplace(buffer: number): void {
    isPlaced[buffer] = 0;
    changeUnplaced(buffer, 1);
  }

  function changeUnplaced(buffer: number, sign: 1 | -1): void {
    const around = cliquesOf[buffer]!;
    const parts = partSizes[buffer]!;
    for (let i = 0; i < around.length; i++) bounds.unplacedSizes[around[i]!]! += sign * parts[i]!;
  }

  /** The lowest offset that the buffer can have above an unplaced neighbor. */
  function lowestTopAround(buffer: number): number {
    const around = neighbors[buffer]!;
    const steps = stepsDown[buffer]!;
    let lowest = Infinity;
    for (let i = 0; i < around.length; i++) {
      if (isPlaced[around[i]!] === 0) lowest = Math.min(lowest, at[around[i]!]! + steps[i]!);
    }
    return lowest;
  }

  /** Neighbors whose floors, less or more a step, reach a height only because they rose in this subproblem. */
  function blameThoseLifted(
    floorsAtFirst: Float64Array,
    buffer: number,
    height: number,
    steps: Float64Array,
    sign: 1 | -1,
  ): void {
    const around = neighbors[buffer]!;
    for (let i = 0; i < around.length; i++) {
      if (isPlaced[around[i]!] === 1) continue;
      if (floorsAtFirst[around[i]!]! + sign * steps[i]! < height) blame.floor[around[i]!] = 1;
    }
  }

  /** Applies bounds and nogoods until nothing follows any more. False if something is broken. */
  function conclude(): boolean {
    // Rises may be many and small. After so many looks, bounds only tell whether a clique fits.
    let looks = 2 * cliques.length;
    for (;;) {
      const buffer = risen.pop();
      if (buffer !== undefined) {
        if (nogoods.allowFloorOf(buffer)) continue;
        forgetPending();
        return false;
      }
      const clique = pending.pop();
      if (clique === undefined) return true;
      isPending[clique] = 0;
      if (!bounds.fits(clique)) {
        branching.noteFailure(clique);
        forgetPending();
        return false;
      }
      if (--looks > 0) bounds.raiseFloors(clique);
    }
  }

  function lookAgainAt(buffer: number): void {
    const around = cliquesOf[buffer]!;
    for (let i = 0; i < around.length; i++) {
      if (isPending[around[i]!] === 1) continue;
      isPending[around[i]!] = 1;
      pending.push(around[i]!);
    }
  }

  function forgetPending(): void {
    for (const clique of pending) isPending[clique] = 0;
    pending.length = 0;
    risen.length = 0;
  }

  /** Of the two largest areas in the heaviest clique. */
  function requireOneAboveAnother(): void {
    const loads = cliques.map(totalSize);
    const heaviest = cliques[loads.indexOf(Math.max(...loads))]?.members;
    const area = (b: number) => sizes[b]! * (lastMoments[b]! - firstMoments[b]! + 1);
    const [above, below] = [...(heaviest ?? [])].toSorted((a, b) => area(b) - area(a));
    if (above !== undefined && below !== undefined) at[above] = sizes[below]!;
  }

  function takePlacement(): Placement {
    const offsets = at.slice();
    const height = offsets.reduce((most, offset, b) => Math.max(most, offset + sizes[b]!), 0);
    return { offsets, height };
  }
}
