/** A buffer to place; what `exactPlacement` takes, with its size in units and its position among all buffers. */
export interface SizedBuffer {
  readonly input: number;
  /** In units, positive. */
  readonly size: number;
  readonly firstOp: number;
  readonly lastOp: number;
}

/**
 * Buffers and their conflicts, in the shape that a search works on. Plain data.
 *
 * Buffers are numbered by start, then by end. Time is compressed to the moments that matter: a moment stands for a
 * set of buffers alive at one step that is part of no other step's set, that is, for a maximal clique of the interval
 * graph. Nothing below looks at lifetimes except to tell parts apart that no conflict can connect.
 */
export interface PlacementProblem {
  /** Where each buffer stands in what the caller gave. */
  readonly inputs: Int32Array; // [buffers]
  readonly sizes: Float64Array; // [buffers], in units, positive
  readonly firstMoments: Int32Array; // [buffers]
  readonly lastMoments: Int32Array; // [buffers]
  /** Whose offset this buffer's must keep away from. Symmetric. */
  readonly neighbors: readonly Int32Array[]; // [buffers][…]
  /** By how much a neighbor that lies above begins higher at least: mostly the size of this buffer. In units. */
  readonly stepsUp: readonly Float64Array[]; // [buffers][…] as `neighbors`
  /** By how much a neighbor that lies below begins lower at least: mostly the neighbor's size. */
  readonly stepsDown: readonly Float64Array[]; // [buffers][…] as `neighbors`
  /** Sets of buffers, or parts of buffers, of which no two may overlap: their sizes add up. */
  readonly cliques: readonly Clique[];
  readonly cliquesOf: readonly Int32Array[]; // [buffers][…]
  /** What each of those cliques has of the buffer, in units. */
  readonly partSizes: readonly Float64Array[]; // [buffers][…] as `cliquesOf`
  /** Whether all steps are sizes, so that a placement upside down is one, too. */
  readonly isSymmetric: boolean;
}

export interface Clique {
  readonly members: Int32Array;
  /** How far above the offset of its buffer each part begins, in units; 0 for whole buffers. */
  readonly skips: Float64Array;
  /** How large each part is, in units. */
  readonly sizes: Float64Array;
}

/**
 * By how much less than the lower one's size the upper of two buffers may begin above it; undefined for the size, that
 * is, if they must not overlap. By positions in what the caller gave. In units, not negative.
 */
export type StepBetween = (lower: number, upper: number) => number | undefined;

/** @param buffers sorted as `byLifetime` says */
export function placementProblem(
  buffers: readonly SizedBuffer[],
  stepBetween: StepBetween,
): PlacementProblem {
  const moments = maximalLiveSets(buffers);
  const firstMoments = new Int32Array(buffers.length).fill(-1);
  const lastMoments = new Int32Array(buffers.length);
  for (const [moment, live] of moments.entries()) {
    for (const b of live) {
      if (firstMoments[b] === -1) firstMoments[b] = moment;
      lastMoments[b] = moment;
    }
  }
  const step = (lower: number, upper: number) =>
    stepBetween(buffers[lower]!.input, buffers[upper]!.input) ?? buffers[lower]!.size;
  const neighbors: number[][] = buffers.map(() => []);
  for (let a = 0; a < buffers.length; a++) {
    for (let b = a + 1; b < buffers.length && firstMoments[b]! <= lastMoments[a]!; b++) {
      neighbors[a]!.push(b);
      neighbors[b]!.push(a);
    }
  }
  const stepsUp = neighbors.map((around, b) => Float64Array.from(around, (x) => step(b, x)));
  const cliques = moments.flatMap((live) => {
    const whole = live.map((buffer) => ({ buffer, skip: 0, size: buffers[buffer]!.size }));
    return cliquesAmong(whole, step, cliquesPerMoment);
  });
  const cliquesOf: number[][] = buffers.map(() => []);
  const partSizes: number[][] = buffers.map(() => []);
  for (const [clique, parts] of cliques.entries()) {
    for (const { buffer, size } of parts) {
      cliquesOf[buffer]!.push(clique);
      partSizes[buffer]!.push(size);
    }
  }
  return {
    inputs: Int32Array.from(buffers, ({ input }) => input),
    sizes: Float64Array.from(buffers, ({ size }) => size),
    firstMoments,
    lastMoments,
    neighbors: neighbors.map((list) => Int32Array.from(list)),
    stepsUp,
    stepsDown: neighbors.map((around, b) => Float64Array.from(around, (x) => step(x, b))),
    cliques: cliques.map((parts) => ({
      members: Int32Array.from(parts, ({ buffer }) => buffer),
      skips: Float64Array.from(parts, ({ skip }) => skip),
      sizes: Float64Array.from(parts, ({ size }) => size),
    })),
    cliquesOf: cliquesOf.map((list) => Int32Array.from(list)),
    partSizes: partSizes.map((list) => Float64Array.from(list)),
    isSymmetric: stepsUp.every((steps, b) => steps.every((up) => up === buffers[b]!.size)),
  };
}

export function byLifetime(a: SizedBuffer, b: SizedBuffer): number {
  return a.firstOp - b.firstOp || a.lastOp - b.lastOp || a.input - b.input;
}

/** Groups between which nothing is alive: each can be placed on its own. */
export function splitByTime(buffers: readonly SizedBuffer[]): readonly (readonly SizedBuffer[])[] {
  const groups: SizedBuffer[][] = [];
  let reach = -Infinity;
  for (const buffer of buffers) {
    if (buffer.firstOp > reach) groups.push([]);
    groups.at(-1)!.push(buffer);
    reach = Math.max(reach, buffer.lastOp);
  }
  return groups;
}

/** The sum of sizes that no placement can do without: of the heaviest clique. In units. */
export function maxLoad({ cliques }: PlacementProblem): number {
  return cliques.reduce((most, clique) => Math.max(most, totalSize(clique)), 0);
}

export function totalSize({ sizes }: Clique): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Only where a buffer begins can a set be new, and only if one of it ends before the next begins is it maximal. */
function maximalLiveSets(buffers: readonly SizedBuffer[]): readonly (readonly number[])[] {
  const starts = [...new Set(buffers.map(({ firstOp }) => firstOp))];
  const sets: number[][] = [];
  let live: number[] = [];
  let next = 0;
  for (const [i, start] of starts.entries()) {
    live = live.filter((b) => buffers[b]!.lastOp >= start);
    while (next < buffers.length && buffers[next]!.firstOp === start) live.push(next++);
    const nextStart = starts[i + 1] ?? Infinity;
    if (live.some((b) => buffers[b]!.lastOp < nextStart)) sets.push(live);
  }
  return sets;
}

const cliquesPerMoment = 64;

interface Part {
  readonly buffer: number;
  readonly skip: number;
  readonly size: number;
}

/**
 * Buffers alive together are a clique, unless two of them may overlap in part, one way round: then what lies above
 * the overlap of the lower one, or below it of the upper one, is left out.
 *
 * There can be as many as two to the number of such pairs; beyond `most` only some are listed. Every list is good for
 * bounds; conflicts are kept by `neighbors` alone.
 */
function cliquesAmong(
  live: readonly Part[],
  step: (lower: number, upper: number) => number,
  most: number,
): readonly (readonly Part[])[] {
  for (const [i, lower] of live.entries()) {
    for (const [j, upper] of live.entries()) {
      // How much of the lower part reaches above where the upper one may begin.
      const common = lower.skip + lower.size - (step(lower.buffer, upper.buffer) + upper.skip);
      if (i === j || common <= 0) continue;
      const withOther = (position: number, part: Part, limit: number) =>
        cliquesAmong(
          live.with(position, part).filter(({ size }) => size > 0),
          step,
          limit,
        );
      const cutUpper = { ...upper, skip: upper.skip + common, size: upper.size - common };
      const cutLower = { ...lower, size: lower.size - common };
      if (most === 1) return withOther(j, cutUpper, 1);
      return [...withOther(j, cutUpper, most >> 1), ...withOther(i, cutLower, most >> 1)];
    }
  }
  return [live];
}
