import { type PlacementProblem, totalSize } from "./placement-problem.ts";

export interface Placement {
  readonly offsets: Float64Array; // [buffers], in units
  /** Where the highest buffer ends, in units. */
  readonly height: number;
}

/**
 * A good placement, quickly: the best of first fit in several orders, and of orders that learn from mistakes.
 *
 * Never higher than TensorFlow Lite Micro's, whose order is the first one. Stops early at `lowerBound`, in units.
 *
 * The orders are those that memory planners use: by size (`GreedyMemoryPlanner`, tensorflow/lite/micro/memory_planner/
 * greedy_memory_planner.cc; spatial in XLA's heap_simulator.cc), by lifetime (temporal there), by load (by breadth in
 * Pisarchyk and Lee, "Efficient memory management for deep neural net inference", 2020), by load, then lifetime, then
 * size (as MiniMalloc, solver.h), by area, and by start.
 */
export function greedyPlacement(problem: PlacementProblem, lowerBound: number): Placement {
  const { inputs, sizes, firstMoments } = problem;
  const lifetimes = lifetimesOf(problem);
  const peaks = peaksOf(problem);
  const area = (b: number) => sizes[b]! * lifetimes[b]!;
  const sortKeys: readonly ((b: number) => readonly number[])[] = [
    (b) => [sizes[b]!, inputs[b]!],
    (b) => [lifetimes[b]!, sizes[b]!],
    (b) => [peaks[b]!, sizes[b]!],
    (b) => [peaks[b]!, lifetimes[b]!, sizes[b]!],
    (b) => [area(b)],
    (b) => [-firstMoments[b]!, sizes[b]!],
  ];
  let best: Placement | undefined;
  let bestOrder: Int32Array | undefined;
  for (const sortKey of sortKeys) {
    const order = descending(problem, sortKey);
    const placement = firstFit(problem, order);
    if (best !== undefined && placement.height >= best.height) continue;
    best = placement;
    bestOrder = order;
    if (best.height <= lowerBound) return best;
  }
  return squeakyWheel(problem, best!, bestOrder!, lowerBound);
}

/** For how many moments each buffer is alive. */
export function lifetimesOf({ firstMoments, lastMoments }: PlacementProblem): Int32Array {
  return firstMoments.map((first, b) => lastMoments[b]! - first + 1);
}

/** The heaviest load at any moment of each buffer's life, in units. */
export function peaksOf({ sizes, cliques, cliquesOf }: PlacementProblem): Float64Array {
  const loads = cliques.map(totalSize);
  return sizes.map((_, b) => cliquesOf[b]!.reduce((most, k) => Math.max(most, loads[k]!), 0));
}

/** Where the lowest gap begins that holds the buffer, beside its placed neighbors. In units. */
export function lowestGap(
  { neighbors, stepsUp, stepsDown }: PlacementProblem,
  buffer: number,
  offsets: Float64Array,
  isPlaced: Uint8Array,
): number {
  const blocked: { readonly from: number; readonly to: number }[] = []; // open at both ends
  for (const [i, x] of neighbors[buffer]!.entries()) {
    if (isPlaced[x] === 0) continue;
    blocked.push({
      from: offsets[x]! - stepsUp[buffer]![i]!,
      to: offsets[x]! + stepsDown[buffer]![i]!,
    });
  }
  let offset = 0;
  for (const { from, to } of blocked.toSorted((a, b) => a.from - b.from)) {
    if (offset <= from) break;
    offset = Math.max(offset, to);
  }
  return offset;
}

function firstFit(problem: PlacementProblem, order: Int32Array): Placement {
  const offsets = new Float64Array(order.length);
  const isPlaced = new Uint8Array(order.length);
  let height = 0;
  for (const b of order) {
    offsets[b] = lowestGap(problem, b, offsets, isPlaced);
    isPlaced[b] = 1;
    height = Math.max(height, offsets[b] + problem.sizes[b]!);
  }
  return { offsets, height };
}

function descending(
  { sizes }: PlacementProblem,
  sortKey: (b: number) => readonly number[],
): Int32Array {
  const keys = Array.from(sizes, (_, b) => sortKey(b));
  return Int32Array.from(sizes.keys()).toSorted((a, b) => {
    const different = keys[a]!.findIndex((value, i) => value !== keys[b]![i]);
    return different === -1 ? a - b : keys[b]![different]! - keys[a]![different]!;
  });
}

const squeakyRounds = 40;

/**
 * Local search without chance: buffers that end above the lower bound are placed earlier next time, the more so the
 * higher they end and the more often.
 *
 * Source: Joslin and Clements, "Squeaky wheel optimization", JAIR 10, 1999.
 */
function squeakyWheel(
  problem: PlacementProblem,
  start: Placement,
  startOrder: Int32Array,
  lowerBound: number,
): Placement {
  const { sizes } = problem;
  const count = sizes.length;
  const urgency = new Float64Array(count);
  for (const [position, b] of startOrder.entries()) urgency[b] = count - position;
  let best = start;
  let { offsets } = start;
  for (let round = 0; round < squeakyRounds && best.height > lowerBound; round++) {
    const range = best.height - lowerBound;
    for (let b = 0; b < count; b++) {
      const excess = offsets[b]! + sizes[b]! - lowerBound;
      if (excess > 0) urgency[b]! += (count * Math.min(excess, range)) / (2 * range);
    }
    const placement = firstFit(
      problem,
      descending(problem, (b) => [urgency[b]!]),
    );
    offsets = placement.offsets;
    if (placement.height < best.height) best = placement;
  }
  return best;
}
