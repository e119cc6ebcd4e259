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
  /** Who must not overlap this buffer. Symmetric. */
  readonly neighbors: readonly Int32Array[]; // [buffers][…]
  /** Sets of buffers of which no two may overlap: their sizes add up. */
  readonly cliques: readonly Int32Array[]; // [cliques][…]
  readonly cliquesOf: readonly Int32Array[]; // [buffers][…]
}

/** Whether two buffers, by their positions in what the caller gave, may overlap although both are alive. */
export type MayShare = (a: number, b: number) => boolean;

/** @param buffers sorted as `byLifetime` says */
export function placementProblem(
  buffers: readonly SizedBuffer[],
  mayShare: MayShare,
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
  const shares = (a: number, b: number) => mayShare(buffers[a]!.input, buffers[b]!.input);
  const neighbors: number[][] = buffers.map(() => []);
  for (let a = 0; a < buffers.length; a++) {
    for (let b = a + 1; b < buffers.length && firstMoments[b]! <= lastMoments[a]!; b++) {
      if (shares(a, b)) continue;
      neighbors[a]!.push(b);
      neighbors[b]!.push(a);
    }
  }
  const cliques = moments.flatMap((live) => cliquesAmong(live, shares, cliquesPerMoment));
  const cliquesOf: number[][] = buffers.map(() => []);
  for (const [clique, members] of cliques.entries()) {
    for (const b of members) cliquesOf[b]!.push(clique);
  }
  return {
    inputs: Int32Array.from(buffers, ({ input }) => input),
    sizes: Float64Array.from(buffers, ({ size }) => size),
    firstMoments,
    lastMoments,
    neighbors: neighbors.map((list) => Int32Array.from(list)),
    cliques: cliques.map((members) => Int32Array.from(members)),
    cliquesOf: cliquesOf.map((list) => Int32Array.from(list)),
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
export function maxLoad({ cliques, sizes }: PlacementProblem): number {
  return cliques.reduce((most, members) => Math.max(most, totalSize(sizes, members)), 0);
}

export function totalSize(sizes: Float64Array, members: Int32Array): number {
  return members.reduce((sum, b) => sum + sizes[b]!, 0);
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

/**
 * Buffers alive together are a clique, unless some of them may share: then each pair that may loses one or the other.
 *
 * There can be as many as two to the number of pairs; beyond `most` only some are listed. Every list is good for
 * bounds; conflicts are kept by `neighbors` alone.
 */
function cliquesAmong(
  live: readonly number[],
  shares: (a: number, b: number) => boolean,
  most: number,
): readonly (readonly number[])[] {
  for (const [i, a] of live.entries()) {
    const b = live.slice(i + 1).find((other) => shares(a, other));
    if (b === undefined) continue;
    const without = (gone: number, limit: number) =>
      cliquesAmong(
        live.filter((buffer) => buffer !== gone),
        shares,
        limit,
      );
    if (most === 1) return without(b, 1);
    return [...without(b, most >> 1), ...without(a, most >> 1)];
  }
  return [live];
}
