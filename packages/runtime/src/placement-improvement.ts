import { lowestGap, type Placement } from "./placement-first-fit.ts";
import {
  maxLoad,
  type PlacementProblem,
  placementProblem,
  type SizedBuffer,
  splitByTime,
  type StepBetween,
} from "./placement-problem.ts";
import { createSearch, type Search, type SearchOutcome } from "./placement-search.ts";

export interface ImprovedPlacement {
  readonly placement: Placement;
  /** No placement is lower, in units. */
  readonly lowerBound: number;
  readonly nodes: number;
}

/** A problem, and what it was made from. */
export interface WholeProblem {
  readonly buffers: readonly SizedBuffer[];
  readonly stepBetween: StepBetween;
  readonly problem: PlacementProblem;
}

/**
 * Lowers a placement until it is as low as possible, or a number of nodes is used up.
 *
 * Buffers that fit in any case are set aside, the rest falls apart where nothing is alive, and each part that is
 * higher than the lower bound is searched. Heights in units.
 */
export function improvePlacement(
  { buffers, stepBetween, problem }: WholeProblem,
  start: Placement,
  load: number,
  maxNodes: number,
): ImprovedPlacement {
  if (start.height === load) return { placement: start, lowerBound: load, nodes: 0 };
  const offsets = start.offsets.slice();
  const positions = new Map(Array.from(problem.inputs, (input, b) => [input, b]));
  const positionsOf = ({ inputs }: PlacementProblem) =>
    inputs.map((input) => positions.get(input)!);
  const fillers = thoseThatAlwaysFit(problem, load);
  const parts = splitByTime(buffers.filter((_, b) => !fillers.has(b)))
    .map((part) => placementProblem(part, stepBetween))
    .map((part) => ({ part, start: placementAt(part, start.offsets, positionsOf(part)) }))
    .filter(({ start: { height } }) => height > load);

  let lowerBound = load;
  let nodes = 0;
  for (const [i, { part, start: partStart }] of parts.entries()) {
    if (maxLoad(part) === 0 || partStart.height <= lowerBound) continue;
    const share = Math.floor((maxNodes - nodes) / (parts.length - i));
    const improved = closeGap(part, partStart, lowerBound, share);
    for (const [b, position] of positionsOf(part).entries()) {
      offsets[position] = improved.placement.offsets[b]!;
    }
    lowerBound = improved.lowerBound;
    nodes += improved.nodes;
  }
  putBack(problem, fillers, offsets);
  return { placement: placementAt(problem, offsets), lowerBound, nodes };
}

function placementAt(
  { sizes }: PlacementProblem,
  offsets: Float64Array,
  positions: ArrayLike<number> = offsets.map((_, b) => b),
): Placement {
  const own = sizes.map((_, b) => offsets[positions[b]!]!);
  return { offsets: own, height: own.reduce((most, at, b) => Math.max(most, at + sizes[b]!), 0) };
}

/**
 * Buffers that find room whatever happens to the others, in an order in which they can be taken away.
 *
 * Beside k neighbors there are at most k + 1 gaps, so one of them is large enough if together they have more than
 * (k + 1) · (size − 1) units. Without such a buffer its neighbors have more room, too. Where neighbors may overlap
 * there is still more.
 */
function thoseThatAlwaysFit(
  { sizes, neighbors }: PlacementProblem,
  capacity: number,
): ReadonlySet<number> {
  const fillers = new Set<number>();
  const bySize = [...sizes.keys()].toSorted((a, b) => sizes[a]! - sizes[b]!);
  const alwaysFits = (b: number) => {
    const around = neighbors[b]!.filter((x) => !fillers.has(x));
    const room = capacity - around.reduce((sum, x) => sum + sizes[x]!, 0);
    return room > (around.length + 1) * (sizes[b]! - 1);
  };
  for (let before = -1; before < fillers.size;) {
    before = fillers.size;
    for (const b of bySize) if (!fillers.has(b) && alwaysFits(b)) fillers.add(b);
  }
  return fillers;
}

function putBack(
  problem: PlacementProblem,
  fillers: ReadonlySet<number>,
  offsets: Float64Array,
): void {
  const isPlaced = Uint8Array.from(offsets, (_, b) => (fillers.has(b) ? 0 : 1));
  for (const b of [...fillers].toReversed()) {
    offsets[b] = lowestGap(problem, b, offsets, isPlaced);
    isPlaced[b] = 1;
  }
}

/** A search takes memory by the square of their number. */
const mostBuffers = 1_000;

/**
 * Raises the lower bound and lowers the placement until they meet.
 *
 * Mostly there is a placement as low as the lower bound, so about half of the nodes go there. Where that is refuted
 * the bound rises, by leaps as long as refuting is easy. The other nodes go to capacities between bound and
 * placement, by bisection: where one is too hard for its share of nodes, a higher one follows. Then all shares
 * double.
 */
function closeGap(
  problem: PlacementProblem,
  start: Placement,
  startBound: number,
  maxNodes: number,
): ImprovedPlacement {
  const gap = { placement: start, lowerBound: startBound, nodes: 0 };
  let lowest: Search | undefined; // the one at the lower bound, which will be continued
  const isOpen = () => gap.lowerBound < gap.placement.height && gap.nodes < maxNodes;
  const tryFor = (capacity: number, mostNodes: number): SearchOutcome["kind"] => {
    const search = lowest?.capacity === capacity ? lowest : createSearch(problem, capacity);
    if (capacity === gap.lowerBound) lowest = search;
    const outcome = search.run(Math.min(mostNodes, maxNodes - gap.nodes));
    gap.nodes += outcome.nodes;
    if (outcome.kind === "placed") gap.placement = outcome.placement;
    if (outcome.kind === "impossible") {
      gap.lowerBound = Math.min(outcome.nextCapacity, gap.placement.height);
    }
    return outcome.kind;
  };
  const raiseBound = (share: number) => {
    let leap = 0;
    for (const end = gap.nodes + 8 * share; isOpen() && gap.nodes < end;) {
      const capacity = Math.min(gap.lowerBound + leap, gap.placement.height - 1);
      const outcome = tryFor(capacity, leap === 0 ? end - gap.nodes : share);
      if (outcome === "gave-up" && leap === 0) return;
      leap = outcome === "impossible" ? Math.max(1, 2 * leap) : 0;
    }
  };
  const lowerPlacement = (share: number) => {
    let tooHard = gap.lowerBound;
    while (isOpen() && tooHard + 1 < gap.placement.height) {
      const capacity = Math.floor((tooHard + gap.placement.height) / 2);
      if (tryFor(capacity, share) === "gave-up") tooHard = capacity;
      tooHard = Math.max(tooHard, gap.lowerBound);
    }
  };

  const count = problem.sizes.length;
  if (count > mostBuffers) return gap;
  for (let share = Math.max(2 * count, Math.ceil(maxNodes / 64)); isOpen(); share *= 2) {
    raiseBound(share);
    lowerPlacement(share);
  }
  return gap;
}
