import { greedyPlacement, type Placement } from "./placement-first-fit.ts";
import { improvePlacement } from "./placement-improvement.ts";
import {
  byLifetime,
  maxLoad,
  type PlacementProblem,
  placementProblem,
  type SizedBuffer,
  type StepBetween,
} from "./placement-problem.ts";

/** Something that needs memory from one operator to another. */
export interface PlacementBuffer {
  readonly sizeBytes: number;
  /** Position of the first operator during which it is alive; −1 if it is there before the first one runs. */
  readonly firstOp: number;
  /** Position of the last operator during which it is alive. */
  readonly lastOp: number;
}

export interface ExactPlacementOptions {
  /** What offsets are multiples of, in bytes; sizes are rounded up to it. Default: 16. */
  readonly alignment?: number;
  /** Pairs that may overlap in part although both are alive. Default: none. */
  readonly overlaps?: readonly PlacementOverlap[];
  /** How many decisions to try before it is content with the best placement so far. Default: 20,000. */
  readonly maxNodes?: number;
}

/**
 * Two buffers, by position, of which one may begin below the other by less than its size: `below` is written while
 * `above`, whose last operator that is, is read.
 *
 * Two that must have the same offset, as in an operation in place, are better given as one buffer with both lives.
 */
export interface PlacementOverlap {
  readonly below: number;
  readonly above: number;
  /** Rounded up to the alignment. Less than 0 is 0; the size of `below` or more is no overlap. */
  readonly distanceBytes: number;
}

export interface ExactPlacement {
  /** In bytes, in the order of the buffers. */
  readonly offsets: readonly number[];
  /** Where the last buffer ends. */
  readonly arenaBytes: number;
  /** No placement needs less. */
  readonly lowerBoundBytes: number;
  /** Whether no smaller arena is possible: `arenaBytes` equals `lowerBoundBytes`. */
  readonly proven: boolean;
  /** How many decisions were tried; 0 if a greedy placement was found to be best at once. */
  readonly nodes: number;
}

/**
 * Places buffers in the smallest arena in which no two that are alive at the same step overlap, and proves that it is.
 *
 * The problem is NP-hard (dynamic storage allocation, SR2 in Garey and Johnson 1979), so the search for the last
 * bytes ends after `maxNodes`; then the best placement and the best lower bound are returned, which are never worse
 * than TensorFlow Lite Micro's greedy placement and the maximum load. Nothing depends on time or chance: the same
 * buffers have the same placement on every machine.
 *
 * Lower bound: the maximum over steps of the sum of sizes alive, then one more for each capacity that a search
 * refuted. Optimal and maximum load can differ (Buchsbaum et al., "OPT versus LOAD in dynamic storage allocation",
 * 2004), though networks seldom do. Upper bound: first fit in several orders, then whatever a search finds.
 *
 * @throws Error if a size, lifetime, pair or option is not what it should be, naming all buffers concerned
 */
export function exactPlacement(
  buffers: readonly PlacementBuffer[],
  options: ExactPlacementOptions = {},
): ExactPlacement {
  const { alignment = 16, overlaps = [], maxNodes = 20_000 } = options;
  requireValid(buffers, alignment, overlaps, maxNodes);
  const { sized, stepBetween, unitBytes } = inUnits(buffers, overlaps, alignment);
  const problem = placementProblem(sized, stepBetween);
  const load = maxLoad(problem);
  const { placement, lowerBound, nodes } = improvePlacement(
    { buffers: sized, stepBetween, problem },
    startingPlacement(sized, problem, load),
    load,
    maxNodes,
  );
  requireSound(problem, placement.offsets, placement.height);
  const offsets = buffers.map(() => 0);
  for (const [b, input] of problem.inputs.entries()) {
    offsets[input] = placement.offsets[b]! * unitBytes;
  }
  return {
    offsets,
    arenaBytes: placement.height * unitBytes,
    lowerBoundBytes: lowerBound * unitBytes,
    proven: placement.height === lowerBound,
    nodes,
  };
}

function requireValid(
  buffers: readonly PlacementBuffer[],
  alignment: number,
  overlaps: readonly PlacementOverlap[],
  maxNodes: number,
): void {
  if (!Number.isSafeInteger(alignment) || alignment < 1) {
    throw new Error(`alignment is ${alignment}, a positive integer expected`);
  }
  if (!Number.isSafeInteger(maxNodes) || maxNodes < 0) {
    throw new Error(`maxNodes is ${maxNodes}, a non-negative integer expected`);
  }
  const problems = buffers.flatMap(({ sizeBytes, firstOp, lastOp }, b) => {
    if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
      return [`buffer ${b} has ${sizeBytes} bytes`];
    }
    const isLifetime = Number.isSafeInteger(firstOp) && Number.isSafeInteger(lastOp);
    return isLifetime && -1 <= firstOp && firstOp <= lastOp
      ? []
      : [`buffer ${b} lives from operator ${firstOp} to ${lastOp}`];
  });
  for (const { below, above, distanceBytes } of overlaps) {
    const [lower, upper] = [buffers[below], buffers[above]];
    const isHandover =
      lower !== undefined && upper?.lastOp === lower.firstOp && upper.firstOp < lower.firstOp;
    if (!isHandover || !Number.isSafeInteger(distanceBytes)) {
      problems.push(
        `buffer ${below} cannot begin ${distanceBytes} bytes below ${above} of ${buffers.length}`,
      );
    }
  }
  if (problems.length > 0) throw new Error(`cannot place buffers: ${problems.join("; ")}`);
  const total = buffers.reduce((sum, { sizeBytes }) => sum + sizeBytes + alignment, 0);
  if (!Number.isSafeInteger(total)) {
    throw new Error(`cannot place buffers: all together have ${total} bytes`);
  }
}

/** Rounds up to the alignment and divides by what all have in common. Buffers without bytes are left out. */
function inUnits(
  buffers: readonly PlacementBuffer[],
  overlaps: readonly PlacementOverlap[],
  alignment: number,
): {
  readonly sized: readonly SizedBuffer[];
  readonly stepBetween: StepBetween;
  readonly unitBytes: number;
} {
  const aligned = buffers.map(({ sizeBytes }) => Math.ceil(sizeBytes / alignment));
  const distances = overlaps.map(({ distanceBytes }) =>
    Math.max(0, Math.ceil(distanceBytes / alignment)),
  );
  const common = [...aligned, ...distances].reduce(greatestCommonDivisor, 0);
  const sized = buffers.flatMap(({ firstOp, lastOp }, input) => {
    const size = aligned[input]!;
    return size === 0 ? [] : [{ input, size: size / common, firstOp, lastOp }];
  });
  const steps = new Map<number, Map<number, number>>();
  for (const [i, { below, above }] of overlaps.entries()) {
    if (distances[i]! >= aligned[below]!) continue;
    const ofLower = steps.get(below) ?? new Map<number, number>();
    steps.set(below, ofLower);
    ofLower.set(above, Math.max(ofLower.get(above) ?? 0, distances[i]! / common));
  }
  return {
    sized: sized.toSorted(byLifetime),
    stepBetween: (lower, upper) => steps.get(lower)?.get(upper),
    unitBytes: common * alignment,
  };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** The better of the greedy placements with and without overlaps: first fit can do worse with more freedom. */
function startingPlacement(
  sized: readonly SizedBuffer[],
  problem: PlacementProblem,
  load: number,
): Placement {
  const withOverlaps = greedyPlacement(problem, load);
  if (problem.isSymmetric || withOverlaps.height === load) return withOverlaps;
  const without = greedyPlacement(placementProblem(sized, noOverlaps), load);
  return without.height < withOverlaps.height ? without : withOverlaps;
}

const noOverlaps: StepBetween = () => undefined;

/** A wrong placement would let one tensor overwrite another, so none leaves here unseen. */
function requireSound(
  { sizes, neighbors, stepsUp, stepsDown }: PlacementProblem,
  offsets: Float64Array,
  height: number,
): void {
  for (const [b, offset] of offsets.entries()) {
    if (offset < 0 || offset + sizes[b]! > height) throw new Error(`buffer ${b} leaves the arena`);
    for (const [i, x] of neighbors[b]!.entries()) {
      const areApart =
        offset + stepsUp[b]![i]! <= offsets[x]! || offsets[x]! + stepsDown[b]![i]! <= offset;
      if (!areApart) throw new Error(`buffers ${b} and ${x} overlap`);
    }
  }
}
