import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { SourceFile } from "@smidgen/codegen";
import { UserError } from "@smidgen/errors";
import { firmwareFolder, modelFlags, type Optimization, warningFlags } from "./build-for.ts";
import { requireTools, type Toolchains } from "./find-toolchains.ts";
import { harnessModel } from "./harness-model.ts";
import { checkSamples, split } from "./measure.ts";
import { type ModelInterface, operandBytes } from "./model-interface.ts";
import { runTool } from "./run-tool.ts";
import { inWorkFolder, writeSources } from "./work-folder.ts";

export interface HostOptions {
  readonly toolchains: Toolchains;
  readonly compiler: "gcc" | "clang";
  readonly model: ModelInterface;
  readonly samples: readonly Uint8Array[];
  readonly optimization: Optimization;
  /** Whether undefined behaviour, and access outside an object, ends the program. */
  readonly sanitize: boolean;
  readonly skewed?: boolean;
  readonly timeoutSeconds?: number;
}

/** Whether a compiler of this machine has sanitizers: some are installed without, and on Windows GCC has none. */
export function canSanitize(compiler: "gcc" | "clang"): Promise<boolean> {
  return inWorkFolder(async (folder) => {
    await writeFile(path.join(folder, "main.c"), "int main(void) { return 0; }\n");
    const args = [...sanitizers, "main.c", "-o", "main"];
    const { status } = await runTool(compiler, args, { folder, timeoutSeconds: 60 });
    return status === 0;
  });
}

const sanitizers = ["-g", "-fsanitize=undefined,address", "-fno-sanitize-recover=all"];

export interface HostRun {
  readonly outputs: readonly Uint8Array[];
  /** What the compiler said about the model's code. */
  readonly warnings: string;
}

/**
 * Builds a model for this machine and runs it on every sample.
 *
 * @throws UserError `missing-tool`, `compiler-error`, `device-crashed` with what a sanitizer said.
 */
export function runOnHost(sources: readonly SourceFile[], options: HostOptions): Promise<HostRun> {
  const { toolchains, compiler, model, samples, optimization, sanitize, skewed = false } = options;
  const { timeoutSeconds = 120 } = options;
  checkSamples(samples, operandBytes(model.inputs));
  requireTools(
    [toolchains[compiler]].filter(({ version }) => version === undefined),
    "running the model on this machine",
  );
  return inWorkFolder(async (folder) => {
    await writeSources(folder, sources);
    await writeFile(path.join(folder, "harness-model.c"), harnessModel(model, { skewed }));
    await writeFile(path.join(folder, "inputs.bin"), Buffer.concat(samples));
    const flags = [
      optimization,
      "-I",
      folder,
      "-I",
      firmwareFolder,
      ...(sanitize ? sanitizers : []),
    ];
    const compile = async (args: readonly string[]) => {
      const limits = { folder, timeoutSeconds, env: { LC_ALL: "C" } };
      const { status, stderr } = await runTool(compiler, [...flags, ...args], limits);
      if (status !== 0)
        throw new UserError("compiler-error", `${compiler} refuses the code:\n${stderr}`);
      return stderr;
    };
    let warnings = "";
    for (const [i, unit] of model.units.entries()) {
      warnings += await compile([
        ...modelFlags,
        "-c",
        path.join(folder, unit),
        "-o",
        `unit-${i}.o`,
      ]);
    }
    const harness = [path.join(folder, "harness-model.c"), path.join(firmwareFolder, "host.c")];
    const objects = model.units.map((_, i) => `unit-${i}.o`);
    warnings += await compile([
      "-std=gnu99",
      ...warningFlags,
      ...harness,
      ...objects,
      "-o",
      "model",
    ]);
    const { status, stderr } = await runTool(path.join(folder, "model"), [], {
      folder,
      timeoutSeconds,
    });
    if (status !== 0) {
      throw new UserError(
        "device-crashed",
        `the program ended with ${status} on this machine:\n${stderr}`,
      );
    }
    return {
      outputs: split(await readFile(path.join(folder, "outputs.bin")), samples.length),
      warnings,
    };
  });
}
