import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceFile } from "@smidgen/codegen";
import { UserError } from "@smidgen/errors";
import { missingFor, requireTools, type Toolchains } from "./find-toolchains.ts";
import { harnessModel } from "./harness-model.ts";
import type { ModelInterface } from "./model-interface.ts";
import { type ElfImage, readElf } from "./read-elf.ts";
import { runTool } from "./run-tool.ts";
import { type Board, type Core, type CoreName, cores } from "./targets.ts";
import { writeSources } from "./work-folder.ts";

export const optimizations = ["-Os", "-O2", "-O3"] as const;
export type Optimization = (typeof optimizations)[number];

export interface BuildOptions {
  readonly toolchains: Toolchains;
  readonly model: ModelInterface;
  readonly optimization: Optimization;
  /** Where everything is written. */
  readonly folder: string;
  /** Whether the program is to tell where the model's steps end; the model's code then defines a macro for it. */
  readonly tracesSteps?: boolean;
  /** Whether operands of one-byte elements lie at odd addresses. */
  readonly skewed?: boolean;
  readonly timeoutSeconds?: number;
}

/** A program that an emulator can run. */
export interface Build {
  readonly core: Core;
  readonly board: Board;
  readonly program: string;
  readonly image: ElfImage;
  /** "arm-none-eabi-gcc 12.2.1 -O2 -mthumb -mcpu=cortex-m4" */
  readonly description: string;
  /** What the compiler said; nothing, if all is well. */
  readonly warnings: string;
}

/** Where the harness in C lies, seen from `src` and from `dist`. */
export const firmwareFolder = fileURLToPath(new URL("../firmware/", import.meta.url));

/** For all C, ours included. */
export const warningFlags = ["-Wall", "-Wextra", "-Wconversion"];

/** What generated code is held to. */
export const modelFlags = ["-std=c99", ...warningFlags];

const harnessFlags = [
  "-std=gnu99",
  ...warningFlags,
  "-O2",
  // Otherwise its loops would become calls of memset and memcpy.
  "-ffreestanding",
  "-fno-tree-loop-distribute-patterns",
  // No floating-point or vector registers before they are switched on.
  "-fno-tree-vectorize",
  "-fno-tree-slp-vectorize",
];

const commonFlags = ["-ffunction-sections", "-fdata-sections"];

/** Calls at the end of each step of a model that was generated to allow it. */
const traceDefinition = "-DSMG_STEP_DONE(step)=harness_trace(step)";

/**
 * Builds a model, with the harness around it, for the first board of a core on which it fits.
 *
 * @throws UserError `missing-tool`, `compiler-error` with what the compiler said, `does-not-fit` with the bytes that
 *   are lacking on the largest board.
 */
export async function buildFor(
  coreName: CoreName,
  sources: readonly SourceFile[],
  options: BuildOptions,
): Promise<Build> {
  const { toolchains, model, folder, optimization, tracesSteps = false, skewed = false } = options;
  const core = cores[coreName];
  requireTools(missingFor(coreName, toolchains), `building for ${core.title}`);
  const compiler = toolchains[core.compiler];
  await writeSources(folder, sources);
  await writeFile(path.join(folder, "harness-model.c"), harnessModel(model, { skewed }));

  const compile = async (input: string, output: string, flags: readonly string[]) => {
    const { status, stderr } = await runTool(
      core.compiler,
      [...core.flags, ...compiler.arguments, ...commonFlags, ...flags, "-c", input, "-o", output],
      { folder, timeoutSeconds: options.timeoutSeconds ?? 120, env: { LC_ALL: "C" } },
    );
    if (status !== 0) {
      throw new UserError(
        "compiler-error",
        `${core.compiler} refuses ${path.basename(input)}:\n${stderr}`,
      );
    }
    return { object: output, stderr };
  };

  const include = ["-I", folder, "-I", firmwareFolder];
  const trace = tracesSteps ? [traceDefinition, "-include", "harness.h"] : [];
  const units = await Promise.all(
    model.units.map((unit, i) => {
      const flags = [...modelFlags, optimization, ...trace, ...include];
      return compile(path.join(folder, unit), `unit-${i}.o`, flags);
    }),
  );
  for (const board of core.boards) {
    const files = [
      path.join(folder, "harness-model.c"),
      ...["main.c", "semihosting.c", board.startFile, ...(tracesSteps ? ["trace.c"] : [])].map(
        (file) => path.join(firmwareFolder, file),
      ),
    ];
    const harness = await Promise.all(
      files.map((file) => {
        const object = `harness-${path.basename(file, ".c")}.o`;
        const traced = tracesSteps ? ["-DHARNESS_TRACE"] : [];
        return compile(file, object, [...harnessFlags, ...include, `-D${board.timer}`, ...traced]);
      }),
    );
    const objects = [...units, ...harness].map(({ object }) => object);
    const overflow = await link(core, board, objects, compiler.arguments, folder);
    if (overflow !== undefined) {
      if (board !== core.boards.at(-1)) continue;
      throw new UserError(
        "does-not-fit",
        `the program does not fit on ${board.description}: ${overflow}`,
      );
    }
    const program = path.join(folder, programName);
    return {
      core,
      board,
      program,
      image: readElf(await readFile(program)),
      description: [core.compiler, compiler.version, optimization, ...core.flags].join(" "),
      warnings: [...units, ...harness].map(({ stderr }) => stderr).join(""),
    };
  }
  throw new Error(`${core.title} has no board`);
}

const programName = "firmware.elf";

/** What does not fit, or undefined if everything does. */
async function link(
  core: Core,
  { linkerScript }: Board,
  objects: readonly string[],
  library: readonly string[],
  folder: string,
): Promise<string | undefined> {
  const script = path.join(firmwareFolder, "boards", linkerScript);
  const { status, stderr } = await runTool(
    core.compiler,
    [
      ...core.flags,
      ...library,
      "-nostartfiles",
      "-Wl,--gc-sections",
      "-L",
      firmwareFolder,
      "-T",
      script,
      ...objects,
      "-o",
      programName,
    ],
    { folder, timeoutSeconds: 60, env: { LC_ALL: "C" } },
  );
  if (status === 0) return undefined;
  const overflows = stderr.match(/region `\w+' (overflowed by|has less).*/g);
  if (overflows === null) {
    throw new UserError("compiler-error", `${core.compiler} cannot link the program:\n${stderr}`);
  }
  return [...new Set(overflows)].join("; ");
}
