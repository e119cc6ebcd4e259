import type { ToolName } from "./tools.ts";

export const coreNames = [
  "cortex-m0",
  "cortex-m3",
  "cortex-m4",
  "cortex-m7",
  "cortex-m33",
  "cortex-m55",
  "riscv32",
] as const;
export type CoreName = (typeof coreNames)[number];

/** A core that code is built for, and the boards on which an emulator has it. */
export interface Core {
  readonly name: CoreName;
  /** "Arm Cortex-M4" */
  readonly title: string;
  readonly compiler: ToolName;
  readonly emulator: ToolName;
  readonly flags: readonly string[];
  /** The first one on which the program fits is taken. */
  readonly boards: readonly [Board, ...Board[]];
}

/** A machine of QEMU. Its script and its start-up code lie in `firmware/`. */
export interface Board {
  /** As QEMU calls it. */
  readonly machine: string;
  /** "BBC micro:bit, 256 KB flash, 16 KB RAM" */
  readonly description: string;
  readonly linkerScript: string;
  readonly startFile: string;
  /** Which timer, and where: as `timer.h` knows it. */
  readonly timer: `HARNESS_TIMER_${string}`;
  readonly timerHertz: number;
  /**
   * Every instruction takes 2^shift ns of the emulator's time: so many that more than two ticks go by, and so the
   * count of instructions is exact.
   */
  readonly icountShift: number;
  readonly options: readonly string[];
}

const memories = "4 MB of flash and of RAM";

function mps2(machine: string, name: string): Board {
  return {
    machine,
    description: `Arm MPS2 ${name}, ${memories}`,
    linkerScript: "mps2.ld",
    startFile: "start-cortex-m.c",
    timer: "HARNESS_TIMER_CMSDK=0x40000000u",
    timerHertz: 25e6,
    icountShift: 7,
    options: [],
  };
}

const microbit: Board = {
  machine: "microbit",
  description: "BBC micro:bit, 256 KB of flash, 16 KB of RAM",
  linkerScript: "microbit.ld",
  startFile: "start-cortex-m.c",
  timer: "HARNESS_TIMER_NRF51=0x40008000u",
  timerHertz: 16e6,
  icountShift: 7,
  options: [],
};

const an505: Board = {
  ...mps2("mps2-an505", "AN505"),
  linkerScript: "mps2-an505.ld",
  timer: "HARNESS_TIMER_CMSDK=0x50000000u",
  timerHertz: 20e6,
};

const an547: Board = {
  ...mps2("mps3-an547", "AN547"),
  description: "Arm MPS3 AN547, 2 MB of flash, 4 MB of RAM",
  linkerScript: "mps3-an547.ld",
  timer: "HARNESS_TIMER_SSE=0x58100000u",
  timerHertz: 32e6,
};

const riscvVirt: Board = {
  machine: "virt",
  description: "QEMU's RISC-V machine, 8 MB of flash and of RAM",
  linkerScript: "riscv-virt.ld",
  startFile: "start-riscv.c",
  timer: "HARNESS_TIMER_CLINT=0x0200bff8u",
  timerHertz: 10e6,
  icountShift: 8,
  options: ["-bios", "none"],
};

const arm = { compiler: "arm-none-eabi-gcc", emulator: "qemu-system-arm" } as const;
const hardFloat = "-mfloat-abi=hard";

/** Flags of the whole family that a core stands for: an M4, M7 or M33 with its floating-point unit, an M55 with Helium. */
export const cores: Readonly<Record<CoreName, Core>> = {
  "cortex-m0": {
    name: "cortex-m0",
    title: "Arm Cortex-M0",
    ...arm,
    flags: ["-mthumb", "-mcpu=cortex-m0", "-mfloat-abi=soft"],
    // An M3 executes Armv6-M code instruction by instruction as an M0 does, and its board has more memory.
    boards: [microbit, mps2("mps2-an385", "AN385 (Cortex-M3, which runs the same code)")],
  },
  "cortex-m3": {
    name: "cortex-m3",
    title: "Arm Cortex-M3",
    ...arm,
    flags: ["-mthumb", "-mcpu=cortex-m3", "-mfloat-abi=soft"],
    boards: [mps2("mps2-an385", "AN385")],
  },
  "cortex-m4": {
    name: "cortex-m4",
    title: "Arm Cortex-M4",
    ...arm,
    flags: ["-mthumb", "-mcpu=cortex-m4", hardFloat],
    boards: [mps2("mps2-an386", "AN386")],
  },
  "cortex-m7": {
    name: "cortex-m7",
    title: "Arm Cortex-M7",
    ...arm,
    flags: ["-mthumb", "-mcpu=cortex-m7", hardFloat],
    boards: [mps2("mps2-an500", "AN500")],
  },
  "cortex-m33": {
    name: "cortex-m33",
    title: "Arm Cortex-M33",
    ...arm,
    flags: ["-mthumb", "-mcpu=cortex-m33", hardFloat],
    boards: [an505],
  },
  "cortex-m55": {
    name: "cortex-m55",
    title: "Arm Cortex-M55",
    ...arm,
    flags: ["-mthumb", "-mcpu=cortex-m55", hardFloat],
    boards: [an547],
  },
  riscv32: {
    name: "riscv32",
    title: "RISC-V RV32IMAC",
    compiler: "riscv64-unknown-elf-gcc",
    emulator: "qemu-system-riscv32",
    flags: ["-march=rv32imac", "-mabi=ilp32", "-msmall-data-limit=0"],
    boards: [riscvVirt],
  },
};
