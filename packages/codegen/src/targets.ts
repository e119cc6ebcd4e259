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
  /** A compiler for it; undefined where the machine's own will do. */
  readonly compiler: string | undefined;
  /** For GCC and clang; empty where the compiler's own default decides. */
  readonly flags: readonly string[];
}

const arm = "arm-none-eabi-gcc";

export const targets: { readonly [T in Target]: TargetFacts } = {
  portable: { instructions: [], compiler: undefined, flags: [] },
  "cortex-m0": { instructions: [], compiler: arm, flags: ["-mcpu=cortex-m0", "-mthumb"] },
  "cortex-m3": { instructions: [], compiler: arm, flags: ["-mcpu=cortex-m3", "-mthumb"] },
  "cortex-m4": { instructions: ["dsp"], compiler: arm, flags: ["-mcpu=cortex-m4", "-mthumb"] },
  "cortex-m7": { instructions: ["dsp"], compiler: arm, flags: ["-mcpu=cortex-m7", "-mthumb"] },
  "cortex-m33": { instructions: ["dsp"], compiler: arm, flags: ["-mcpu=cortex-m33", "-mthumb"] },
  "cortex-m55": {
    instructions: ["mve", "dsp"],
    compiler: arm,
    flags: ["-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"],
  },
  riscv32: {
    instructions: [],
    compiler: "riscv64-unknown-elf-gcc",
    flags: ["-march=rv32imac", "-mabi=ilp32"],
  },
};
