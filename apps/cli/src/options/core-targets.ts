/** As `coreNames` of @smidgen/device, which `--help` does not load; a test holds them equal. */
export const coreTargets = [
  "cortex-m0",
  "cortex-m3",
  "cortex-m4",
  "cortex-m7",
  "cortex-m33",
  "cortex-m55",
  "riscv32",
] as const;

/** What code can be made for. */
export const codeTargets = ["portable", ...coreTargets] as const;
