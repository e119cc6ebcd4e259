import { UserError } from "@smidgen/errors";
import type { Allocate } from "./tensor.ts";
import type { WasmMemory } from "./web-assembly.ts";

/** The memory of one engine: grows, and is given back as a whole when the engine is. */
export interface EngineMemory {
  readonly memory: WasmMemory;
  readonly allocate: Allocate;
  /** Everything allocated after this point can be released to it, to be allocated, zeroed, again. */
  readonly mark: () => number;
  readonly release: (mark: number) => void;
  /** Valid until the next allocation. */
  readonly floats: (at: number, length: number) => Float32Array;
  readonly bytes: (at: number, length: number) => Uint8Array;
}

export function engineMemory(memory: WasmMemory, start: number): EngineMemory {
  let end = align(start);
  let used = end;
  return {
    memory,
    allocate(bytes) {
      const at = end;
      end = align(at + bytes + overread);
      grow(memory, end);
      if (at < used) new Uint8Array(memory.buffer, at, Math.min(used, end) - at).fill(0);
      used = Math.max(used, end);
      return at;
    },
    mark: () => end,
    release(mark) {
      end = mark;
    },
    floats: (at, length) => new Float32Array(memory.buffer, at, length),
    bytes: (at, length) => new Uint8Array(memory.buffer, at, length),
  };
}

/** Vectors may be read a little past what is used of them. */
const overread = 16;

const pageBytes = 65_536;
/** A cache line. */
const alignment = 64;

function align(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

/** @throws UserError `out-of-memory` */
function grow(memory: WasmMemory, end: number): void {
  const missing = end - memory.buffer.byteLength;
  if (missing <= 0) return;
  try {
    memory.grow(Math.ceil(missing / pageBytes));
  } catch (cause) {
    throw new UserError(
      "out-of-memory",
      `training needs ${Math.ceil(end / 2 ** 20).toLocaleString("en-US")} MiB of WebAssembly memory, ` +
        "more than there is",
      { hint: "Use a smaller batch size, or another backend.", cause },
    );
  }
}
