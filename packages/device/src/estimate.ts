import type { SourceFile } from "@smidgen/codegen";
import type { CoreName } from "./targets.ts";

/** What can be said of generated code without a compiler. */
export interface Estimate {
  /** Bytes of constant arrays in the sources: exact. */
  readonly constants: number;
  /** Bytes of variables in the sources, the arena among them: exact. */
  readonly statics: number;
  /** Bytes of machine code at -O2: an estimate, which may be half or double of the truth. */
  readonly code: number;
}

/** Constants and arena read from the sources; the code estimated from their length. Stack and speed are not known. */
export function estimate(core: CoreName, sources: readonly SourceFile[]): Estimate {
  const texts = sources
    .filter(({ path }) => /(^|\/)model\.c$|\.h$/.test(path))
    .map(({ text }) => text);
  const kernels = sources.filter(({ path }) => path.startsWith("smidgen/")).map(({ text }) => text);
  return {
    constants: arrayBytes(texts, /\bstatic const (\w+) \w+\[(\d+)\] =/g),
    statics: arrayBytes(texts, /^(?:SMG_ALIGNED )?static (\w+) \w+\[(\d+)\];/gm),
    code: Math.round(kernels.reduce((sum, text) => sum + codeLength(text), 0) * density[core]),
  };
}

function arrayBytes(texts: readonly string[], declaration: RegExp): number {
  return texts
    .flatMap((text) => [...text.matchAll(declaration)])
    .reduce((sum, [, type = "", length = ""]) => sum + (typeBytes[type] ?? 0) * Number(length), 0);
}

const typeBytes: Readonly<Record<string, number>> = {
  int8_t: 1,
  uint8_t: 1,
  int16_t: 2,
  uint16_t: 2,
  int32_t: 4,
  uint32_t: 4,
  int64_t: 8,
  uint64_t: 8,
  float: 4,
};

/** Characters of C without comments and with single blanks. */
function codeLength(text: string): number {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, "").replaceAll(/\s+/g, " ").length;
}

/**
 * Bytes of machine code for each character of the kernels: the middle of what the golden models give with
 * gcc 12.2 at -O2, which ranges from 0.7 to 1.6 of it.
 */
const density: Readonly<Record<CoreName, number>> = {
  "cortex-m0": 0.17,
  "cortex-m3": 0.13,
  "cortex-m4": 0.13,
  "cortex-m7": 0.13,
  "cortex-m33": 0.13,
  "cortex-m55": 0.13,
  riscv32: 0.14,
};
