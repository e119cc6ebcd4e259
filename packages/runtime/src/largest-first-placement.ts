import { areAliveTogether, type Lifetime } from "./lifetimes.ts";

export interface Placement {
  /** In the order of the buffers. */
  readonly offsets: readonly number[];
  readonly arenaBytes: number;
  /** The largest sum of sizes alive at once, rounded up: no placement needs less. */
  readonly lowerBoundBytes: number;
}

/**
 * Places the largest buffer first, each at the lowest offset that is free for its whole life; of equally large ones
 * the later comes first. Sizes are rounded up to the alignment.
 *
 * Source: `GreedyMemoryPlanner`, tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc; the same offsets.
 */
export function largestFirstPlacement(buffers: readonly Lifetime[], alignment: number): Placement {
  const aligned = buffers.map(({ sizeBytes }) => Math.ceil(sizeBytes / alignment) * alignment);
  const order = [...buffers.keys()].toSorted(
    (a, b) => (aligned[b] as number) - (aligned[a] as number) || b - a,
  );
  const offsets = buffers.map(() => 0);
  const placed: number[] = []; // by offset
  let arenaBytes = 0;
  for (const index of order) {
    const buffer = buffers[index] as Lifetime;
    const size = aligned[index] as number;
    let offset = 0;
    for (const other of placed) {
      if (!areAliveTogether(buffer, buffers[other] as Lifetime)) continue;
      if ((offsets[other] as number) - offset >= size) break;
      offset = Math.max(offset, (offsets[other] as number) + (aligned[other] as number));
    }
    offsets[index] = offset;
    const behind = placed.findIndex((other) => (offsets[other] as number) > offset);
    placed.splice(behind === -1 ? placed.length : behind, 0, index);
    arenaBytes = Math.max(arenaBytes, offset + size);
  }
  return { offsets, arenaBytes, lowerBoundBytes: largestLoad(buffers, aligned) };
}

/** Loads are largest where something begins. */
function largestLoad(buffers: readonly Lifetime[], aligned: readonly number[]): number {
  const starts = new Set(buffers.map(({ firstOp }) => firstOp));
  const loads = Array.from(starts, (op) =>
    buffers.reduce(
      (sum, { firstOp, lastOp }, i) =>
        firstOp <= op && op <= lastOp ? sum + (aligned[i] as number) : sum,
      0,
    ),
  );
  return Math.max(0, ...loads);
}
