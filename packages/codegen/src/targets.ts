import type { InstructionSet } from "@smidgen/kernels";

/**
 * What a program is generated for. `portable` is any C99 compiler; the others differ in the instructions that
 * kernels may use: those of Armv7E-M DSP on Cortex-M4, M7 and M33, Helium (MVE) on Cortex-M55.
 */
export type Target =
  | "portable"
  | "cortex-m0"
  | "cortex-m3"
  | "cortex-m4"
  | "cortex-m7"
  | "cortex-m33"
  | "cortex-m55"
  | "riscv32";

interface TargetFacts {
  readonly instructions: readonly InstructionSet[];
  /** For GCC and clang; empty where the compiler's own default decides. */
  readonly flags: readonly string[];
}

export const targets: { readonly [T in Target]: TargetFacts } = {
  portable: { instructions: [], flags: [] },
  "cortex-m0": { instructions: [], flags: ["-mcpu=cortex-m0", "-mthumb"] },
  "cortex-m3": { instructions: [], flags: ["-mcpu=cortex-m3", "-mthumb"] },
  "cortex-m4": { instructions: ["dsp"], flags: ["-mcpu=cortex-m4", "-mthumb"] },
  "cortex-m7": { instructions: ["dsp"], flags: ["-mcpu=cortex-m7", "-mthumb"] },
  "cortex-m33": { instructions: ["dsp"], flags: ["-mcpu=cortex-m33", "-mthumb"] },
  "cortex-m55": { instructions: ["mve", "dsp"], flags: ["-mcpu=cortex-m55", "-mthumb"] },
  riscv32: { instructions: [], flags: ["-march=rv32imac", "-mabi=ilp32"] },
};
