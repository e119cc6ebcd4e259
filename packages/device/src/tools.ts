export const toolNames = [
  "gcc",
  "clang",
  "arm-none-eabi-gcc",
  "qemu-system-arm",
  "riscv64-unknown-elf-gcc",
  "qemu-system-riscv32",
] as const;
export type ToolName = (typeof toolNames)[number];

export type System = "debian" | "macos" | "windows";

/** A program that we start but do not ship. None is needed to generate code; each lets more be checked or measured. */
export interface ToolDescription {
  /** What it is good for here. */
  readonly purpose: string;
  /** How to get it: a command where there is one. */
  readonly install: Readonly<Record<System, string>>;
}

export const tools: Readonly<Record<ToolName, ToolDescription>> = {
  gcc: {
    purpose: "runs generated C on this machine, with sanitizers",
    install: {
      debian: "apt-get install gcc libc6-dev",
      macos: "xcode-select --install",
      windows: "winget install BrechtSanders.WinLibs.POSIX.UCRT",
    },
  },
  clang: {
    purpose: "a second compiler's opinion on generated C",
    install: {
      debian: "apt-get install clang libclang-rt-dev",
      macos: "xcode-select --install",
      windows: "winget install LLVM.LLVM",
    },
  },
  "arm-none-eabi-gcc": {
    purpose: "builds generated C for Cortex-M",
    install: {
      debian: "apt-get install gcc-arm-none-eabi libnewlib-arm-none-eabi",
      macos: "brew install --cask gcc-arm-embedded",
      windows: "winget install Arm.GnuArmEmbeddedToolchain",
    },
  },
  "qemu-system-arm": {
    purpose: "runs Cortex-M programs and counts their instructions",
    install: {
      debian: "apt-get install qemu-system-arm",
      macos: "brew install qemu",
      windows: "winget install SoftwareFreedomConservancy.QEMU",
    },
  },
  "riscv64-unknown-elf-gcc": {
    purpose: "builds generated C for RISC-V",
    install: {
      debian: "apt-get install gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf",
      macos: "brew tap riscv-software-src/riscv && brew install riscv-tools",
      windows: "install the xPack GNU RISC-V Embedded GCC, https://xpack-dev-tools.github.io",
    },
  },
  "qemu-system-riscv32": {
    purpose: "runs RISC-V programs and counts their instructions",
    install: {
      debian: "apt-get install qemu-system-misc",
      macos: "brew install qemu",
      windows: "winget install SoftwareFreedomConservancy.QEMU",
    },
  },
};

/** The systems that packages have names for; other Linux distributions name them much as Debian does. */
export function systemOf(platform: NodeJS.Platform): System {
  if (platform === "darwin") return "macos";
  return platform === "win32" ? "windows" : "debian";
}
