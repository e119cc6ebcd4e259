import type { ElementArray } from "@smidgen/graph";
import { cTwins } from "./c-twins.ts";
import type { Overlap, Step } from "./step.ts";

/** How a step is computed in C. */
export interface CTwin {
  /** `fully_connected_int8`: its function and its struct are called `smg_fully_connected_int8`. */
  readonly name: string;
  /** Where function and struct are, in the folder of kernels: `fully-connected/fully_connected_int8.h`. */
  readonly header: string;
  /** Macros that the header is included with, beside `SMG_KERNEL`: one header may make kernels for several types. */
  readonly defines: Readonly<Record<string, string>> | undefined;
  /** The struct's fields, in its order. */
  readonly params: CRecord;
  /** Memory the function needs while it runs, its last argument; undefined if it takes none, 0 for a null pointer. */
  readonly scratchBytes: number | undefined;
  /** Which inputs an output may share memory with, as in `Step`. */
  readonly overlaps: readonly Overlap[];
  /** Whether the function takes an array of what it reads and one of what it writes, because their number varies. */
  readonly takesLists: boolean;
}

/** A C struct: numbers, arrays of numbers, and structs within it. Fields in snake_case, in order. */
export interface CRecord {
  readonly [field: string]: number | ElementArray | CRecord;
}

/** Instructions that a faster twin needs: Armv7E-M and Armv8-M DSP, or Helium (MVE). */
export type InstructionSet = "dsp" | "mve";

/** One way to compute a kernel in C. */
export interface CTwinRow {
  /** Default: C99 alone. */
  readonly needs?: InstructionSet;
  /** Where function and struct are; its base name is theirs, unless there are `defines`. */
  readonly header: string;
  /**
   * Macros for a header that is made for several types, as `SMG_ELEMENT`. It also finds `SMG_KERNEL`: `Step.kernel`, the
   * name of function and struct.
   */
  readonly defines?: Readonly<Record<string, string>>;
  /** The struct made of `Step.params`, or undefined if this way cannot compute such a step. */
  readonly pack: (params: never) => Packed | undefined;
  readonly takesLists?: boolean;
}

export interface Packed {
  readonly params: CRecord;
  /** As in `CTwin`. Default: what the step needs. */
  readonly scratchBytes?: number;
  /**
   * By how much further in front of an input an output must begin than with the loop in TypeScript, since this one writes
   * earlier or reads later; Infinity if they must not share memory. Default: 0.
   */
  readonly furtherBytes?: number;
}

/**
 * The best C twin of a step among those that the instructions allow, or undefined if it has none.
 *
 * The step was prepared with `double` rounding.
 */
export function chooseCTwin(
  step: Step,
  instructions: readonly InstructionSet[],
): CTwin | undefined {
  for (const row of cTwins[step.kernel] ?? []) {
    if (row.needs !== undefined && !instructions.includes(row.needs)) continue;
    const packed = row.pack(step.params as never);
    if (packed === undefined) continue;
    const { params, scratchBytes = step.scratchBytes || undefined, furtherBytes = 0 } = packed;
    const { header, defines, takesLists = false } = row;
    const overlaps = (step.overlaps ?? []).flatMap(({ distanceBytes, ...pair }) =>
      Number.isFinite(furtherBytes)
        ? [{ ...pair, distanceBytes: distanceBytes + furtherBytes }]
        : [],
    );
    const name = defines === undefined ? baseName(header) : step.kernel;
    return { name, header, defines, params, scratchBytes, overlaps, takesLists };
  }
  return undefined;
}

function baseName(header: string): string {
  return header.replace(/^.*\//, "").replace(/\.h$/, "");
}
