import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SourceFile } from "@smidgen/codegen";
import { UserError } from "@smidgen/errors";
import { type Build, buildFor, type BuildOptions } from "./build-for.ts";
import { instructionClock } from "./instruction-clock.ts";
import { operandBytes } from "./model-interface.ts";
import { parseRunReport, type RunReport } from "./run-report.ts";
import { runTool } from "./run-tool.ts";
import type { CoreName } from "./targets.ts";
import { inWorkFolder } from "./work-folder.ts";

export interface MeasureOptions extends Omit<BuildOptions, "folder" | "tracesSteps"> {
  /** One inference each: the bytes of all inputs, one after the other, little-endian. At least one. */
  readonly samples: readonly Uint8Array[];
  /** Whether to measure each step too, in a second build. The sources are generated with `stepMarks`. */
  readonly steps?: boolean;
}

/** What one model takes on one core. Everything is observed in the emulator or read from the linked program. */
export interface Measurement {
  readonly core: CoreName;
  /** "Arm Cortex-M4" */
  readonly coreTitle: string;
  /** "QEMU 7.2.22, mps2-an386" */
  readonly machine: string;
  /** Compiler and flags. */
  readonly build: string;
  /** What the compiler said; nothing, if all is well. */
  readonly warnings: string;
  /** Instructions executed by a call of the model, from its first to its last, for each sample. */
  readonly instructions: readonly number[];
  /**
   * Instructions between the ends of steps, for the first sample, if asked for. The compiler may treat a function with
   * marks in it a little differently, so that the sum can differ from the whole.
   */
  readonly stepInstructions: readonly StepInstructions[] | undefined;
  readonly flash: FlashUse;
  readonly ram: RamUse;
  /** Outputs of each sample, one after the other, as they lie in memory. */
  readonly outputs: readonly Uint8Array[];
}

export interface StepInstructions {
  /** Position in the graph of the step's operator. */
  readonly operator: number;
  readonly instructions: number;
}

/** Bytes in read-only memory: of the model, and of the library functions that it calls. */
export interface FlashUse {
  readonly code: number;
  /** Constants of all kinds, weights among them. */
  readonly constants: number;
  /** Those of the constants that generated code names as weights or biases, padding and reordering included. */
  readonly weights: number;
  /** What variables are set to at the start. */
  readonly initialValues: number;
  /** Constants by name. */
  readonly constantSymbols: readonly { readonly name: string; readonly bytes: number }[];
}

/** Bytes of working memory; the caller's inputs and outputs are not among them. */
export interface RamUse {
  /** Variables of the model, the arena among them: its own, or what the caller must give. */
  readonly statics: number;
  /** Activations and scratch. */
  readonly arena: number;
  /** From the call of the model to the deepest point of the stack that was written to, over all samples. */
  readonly stack: number;
  readonly staticSymbols: readonly { readonly name: string; readonly bytes: number }[];
}

/**
 * Builds a model for a core, runs it in an emulator on every sample, and tells what it took.
 *
 * Deterministic: the emulator's clock is its count of instructions.
 *
 * @throws UserError as `buildFor`; `device-crashed`, `stack-overflow` if the model has used up the stack; `tool-timeout`;
 *   `emulator-failed`, where QEMU does not know the machine.
 */
export async function measure(
  core: CoreName,
  sources: readonly SourceFile[],
  options: MeasureOptions,
): Promise<Measurement> {
  const { samples, steps = false, toolchains, model } = options;
  checkSamples(samples, operandBytes(model.inputs));
  const plain = await run(core, sources, options, samples, false);
  const traced = steps ? await run(core, sources, options, samples.slice(0, 1), true) : undefined;
  const { build, report } = plain;
  const clock = instructionClock(build.board, report);
  const { sections, symbols } = build.image;
  const stack = Math.max(...report.samples.map(({ stackBytes }) => stackBytes));
  // What called the model has a few words of it too.
  const stackSize = (sections.get(".harness.stack") ?? 0) - 512;
  if (stack >= stackSize) {
    throw new UserError(
      "stack-overflow",
      `the model needs more stack than the ${stackSize} bytes that there are on ${build.board.description}`,
    );
  }
  const bytesOf = (...names: readonly string[]) =>
    names.reduce((sum, name) => sum + (sections.get(name) ?? 0), 0);
  const symbolsOf = (...names: readonly string[]) =>
    symbols
      .filter(({ section }) => names.includes(section))
      .map(({ name, bytes }) => ({ name, bytes }))
      .toSorted((a, b) => b.bytes - a.bytes);
  return {
    core,
    coreTitle: build.core.title,
    machine: `QEMU ${toolchains[build.core.emulator].version}, ${build.board.machine}`,
    build: build.description,
    warnings: build.warnings,
    instructions: report.samples.map(({ ticks }) => clock.instructions(ticks) - clock.overhead),
    stepInstructions: traced === undefined ? undefined : stepInstructions(traced),
    flash: {
      code: bytesOf(".text", ".ARM.exidx"),
      constants: bytesOf(".rodata"),
      weights: sumOf(symbolsOf(".rodata"), /^tensor_\d+$|(weights|filter|bias)$/),
      initialValues: bytesOf(".data"),
      constantSymbols: symbolsOf(".rodata"),
    },
    ram: {
      statics: bytesOf(".data", ".bss") + (model.arenaBytes ?? 0),
      arena: model.arenaBytes ?? sumOf(symbolsOf(".bss"), /^arena$/),
      stack: stack - report.empty.stackBytes,
      staticSymbols: symbolsOf(".data", ".bss"),
    },
    outputs: plain.outputs,
  };
}

function sumOf(
  symbols: readonly { readonly name: string; readonly bytes: number }[],
  names: RegExp,
): number {
  return symbols.filter(({ name }) => names.test(name)).reduce((sum, { bytes }) => sum + bytes, 0);
}

interface Run {
  readonly build: Build;
  readonly report: RunReport;
  readonly outputs: readonly Uint8Array[];
}

function run(
  core: CoreName,
  sources: readonly SourceFile[],
  options: MeasureOptions,
  samples: readonly Uint8Array[],
  tracesSteps: boolean,
): Promise<Run> {
  return inWorkFolder(async (folder) => {
    const build = await buildFor(core, sources, { ...options, folder, tracesSteps });
    await writeFile(path.join(folder, "inputs.bin"), Buffer.concat(samples));
    const { board } = build;
    const { status, stderr } = await runTool(
      build.core.emulator,
      [
        `-machine ${board.machine} -display none -monitor none -serial none`,
        `-semihosting-config enable=on,target=native -icount shift=${board.icountShift}`,
      ]
        .flatMap((words) => words.split(" "))
        .concat(board.options, "-kernel", build.program),
      { folder, timeoutSeconds: options.timeoutSeconds ?? 120 },
    );
    if (status === crashed) {
      throw new UserError("device-crashed", `the program crashed on ${board.machine}`);
    }
    if (status !== 0) {
      throw new UserError(
        "emulator-failed",
        `${build.core.emulator} ended with ${status} for the machine ${board.machine}: ${stderr.trim()}`,
        { hint: "A newer QEMU may know this machine." },
      );
    }
    return {
      build,
      report: parseRunReport(await readFile(path.join(folder, "report.txt"), "latin1")),
      outputs: split(await readFile(path.join(folder, "outputs.bin")), samples.length),
    };
  });
}

/** The exit status of `harness_fault`. */
const crashed = 4;

/** Two marks come first, whose distance is what a mark costs. */
function stepInstructions({ build, report }: Run): readonly StepInstructions[] {
  const { instructions } = instructionClock(build.board, report);
  const [first, second, ...ends] = report.marks[0] ?? [];
  if (first === undefined || second === undefined || ends.length === 0) {
    throw new Error("the model does not tell where its steps end: generate it with stepMarks");
  }
  const mark = instructions(second.ticks - first.ticks);
  return ends.map(({ step, ticks }, i) => ({
    operator: step,
    instructions: Math.max(0, instructions(ticks - (ends[i - 1]?.ticks ?? 0)) - mark),
  }));
}

/** @throws Error if there is no sample, or one of the wrong length. */
export function checkSamples(samples: readonly Uint8Array[], bytes: number): void {
  if (samples.length === 0) throw new Error("there is no sample to run");
  for (const [i, sample] of samples.entries()) {
    if (sample.length !== bytes) {
      throw new Error(`sample ${i} has ${sample.length} bytes; the model's inputs have ${bytes}`);
    }
  }
}

/** A file of equal records as one array each. */
export function split(bytes: Uint8Array, count: number): readonly Uint8Array[] {
  const plain = new Uint8Array(bytes); // slices of a Buffer are no copies
  const length = bytes.length / count;
  return Array.from({ length: count }, (_, i) => plain.slice(i * length, (i + 1) * length));
}
