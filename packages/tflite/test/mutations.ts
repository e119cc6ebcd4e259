import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import { readFlatbuffer } from "../src/flatbuffer/read-flatbuffer.ts";

export interface Mutator {
  /** The next damaged file. It lies in the middle of a larger buffer, and is only good until the next one. */
  readonly next: () => { readonly kind: string; readonly file: Uint8Array<ArrayBuffer> };
}

/**
 * Damaged copies of a file: bits flipped, bytes set to telling values, cut, extended, offsets swapped or moved. Four of
 * five hit tables, offsets and lengths, where damage tells, rather than weights. The same seed gives the same files.
 */
export function mutator(original: Uint8Array, seed: number): Mutator {
  const random = xoroshiro128plus(seed);
  const structure = structuralBytes(original);
  const words = structure.filter((at) => at % 4 === 0);
  const room = new Uint8Array(margin + original.length + maxExtension + margin);
  let changed: readonly number[] = [];
  let tail = 0;
  room.fill(poison);
  room.set(original, margin);

  return {
    next() {
      for (const at of changed) room[margin + at] = original[at] as number;
      room.fill(poison, margin + original.length, margin + original.length + tail);
      changed = [];
      tail = 0;
      const kind = kinds[below(random, kinds.length)] as Kind;
      const length = mutate(kind);
      return { kind, file: room.subarray(margin, margin + length) };
    },
  };

  function mutate(kind: Kind): number {
    switch (kind) {
      case "cut":
        return below(random, original.length);
      case "extend":
        tail = 1 + below(random, maxExtension);
        for (let i = 0; i < tail; i++) room[margin + original.length + i] = below(random, 256);
        return original.length + tail;
      case "flip bits":
        changed = Array.from({ length: 1 + below(random, 8) }, position);
        for (const at of changed) set(at, get(at) ^ (1 << below(random, 8)));
        break;
      case "set bytes":
        changed = Array.from({ length: 1 + below(random, 4) }, position);
        for (const at of changed) set(at, telling[below(random, telling.length)] as number);
        break;
      case "swap words": {
        const [a, b] = [word(), word()];
        changed = [a, b].flatMap((at) => [at, at + 1, at + 2, at + 3]);
        for (let i = 0; i < 4; i++) {
          const kept = get(a + i);
          set(a + i, get(b + i));
          set(b + i, kept);
        }
        break;
      }
      case "move an offset": {
        const at = word();
        changed = [at, at + 1, at + 2, at + 3];
        const view = new DataView(room.buffer, margin + at, 4);
        const step = [4, 8, 1, 2, 16, 256, original.length][below(random, 7)] as number;
        const sign = below(random, 2) === 0 ? 1 : -1;
        view.setUint32(0, view.getUint32(0, true) + sign * step, true);
        break;
      }
    }
    return original.length;
  }

  function position(): number {
    return below(random, 5) === 0
      ? below(random, original.length)
      : (structure[below(random, structure.length)] as number);
  }

  function word(): number {
    const at = words[below(random, words.length)] as number;
    return Math.min(at, original.length - 4);
  }

  function get(at: number): number {
    return room[margin + at] as number;
  }

  function set(at: number, value: number): void {
    room[margin + at] = value;
  }
}

/** Odd, so that nothing in the file is aligned in memory. */
const margin = 4099;
const maxExtension = 64;
/** What a read outside the file would see. */
const poison = 0xa5;
const telling = [0, 1, 2, 3, 4, 8, 16, 0x7f, 0x80, 0xfe, 0xff];
const kinds = ["cut", "extend", "flip bits", "set bytes", "swap words", "move an offset"] as const;
type Kind = (typeof kinds)[number];

function below(random: RandomGenerator, end: number): number {
  return uniformInt(random, 0, end - 1);
}

/** Everything but the contents of buffers. */
function structuralBytes(file: Uint8Array): readonly number[] {
  const positions: number[] = [];
  readFlatbuffer(file, {
    fileName: "original",
    onExtent({ kind, table, start, end }) {
      const stop = table === "Buffer" && kind === "vector" ? start + 4 : end;
      for (let at = start; at < stop; at++) positions.push(at);
    },
  });
  return positions;
}
