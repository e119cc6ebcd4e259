import type { Floors } from "./placement-floors.ts";

/** What a search has learned: sets of buffers that cannot all lie at or above certain offsets, within its capacity. */
export interface Nogoods {
  /** Remembers that the buffers whose floors are to blame cannot all lie at or above these floors. */
  readonly learn: () => void;
  /** Whether a rise of this buffer's floor leaves a hope. If not, says which buffers are to blame. */
  readonly allowFloorOf: (buffer: number) => boolean;
}

interface Nogood {
  // A set is ruled out if each of its buffers has reached its offset.
  readonly buffers: Int32Array;
  readonly offsets: Float64Array;
}

/** Large sets seldom come back. */
const mostBuffers = 80;
/** When there are more, all are forgotten: no more than about 5 MB. */
const mostNogoods = 4_000;

/**
 * Nogoods are valid for the whole search, whatever was placed when they were learned, because they speak of floors
 * only.
 *
 * Each is watched at one buffer that has not reached its offset; only a rise of that one can complete it. Taking
 * rises back never can, so it needs no care.
 */
export function createNogoods(bufferCount: number, floors: Floors): Nogoods {
  const { at, isPlaced, blame } = floors;
  const watchedAt: Nogood[][] = Array.from({ length: bufferCount }, () => []);
  let count = 0;

  return {
    learn() {
      const buffers: number[] = [];
      for (let b = 0; b < bufferCount; b++) {
        // Places are not part of a nogood.
        if (blame.place[b] === 1) return;
        if (blame.floor[b] === 1) buffers.push(b);
      }
      if (buffers.length > mostBuffers) return;
      if (count === mostNogoods) {
        for (const list of watchedAt) list.length = 0;
        count = 0;
      }
      count++;
      watchedAt[floors.lastRiserAmong(blame.floor) ?? buffers[0]!]!.push({
        buffers: Int32Array.from(buffers),
        offsets: Float64Array.from(buffers, (b) => at[b]!),
      });
    },

    allowFloorOf(buffer) {
      const watched = watchedAt[buffer]!;
      let kept = 0;
      for (let i = 0; i < watched.length; i++) {
        const nogood = watched[i]!;
        const open = firstOpen(nogood, at);
        if (open === undefined) {
          for (const b of nogood.buffers) (isPlaced[b] === 1 ? blame.place : blame.floor)[b] = 1;
          while (i < watched.length) watched[kept++] = watched[i++]!;
          watched.length = kept;
          return false;
        }
        if (open === buffer) watched[kept++] = nogood;
        else watchedAt[open]!.push(nogood);
      }
      watched.length = kept;
      return true;
    },
  };
}

function firstOpen({ buffers, offsets }: Nogood, at: Float64Array): number | undefined {
  for (let i = 0; i < buffers.length; i++) {
    if (at[buffers[i]!]! < offsets[i]!) return buffers[i];
  }
  return undefined;
}
