import type { SourceFile } from "@smidgen/codegen";
import { generateC } from "@smidgen/codegen";
import { take, toFloat32 } from "@smidgen/datasets";
import {
  type CoreName,
  cores,
  findToolchains,
  installHint,
  measure,
  missingFor,
  modelInterface,
  type Optimization,
} from "@smidgen/device";
import { UserError } from "@smidgen/errors";
import type { Graph } from "@smidgen/graph";
import { createInterpreter, quantizeInto } from "@smidgen/runtime";
import { readExamples } from "./examples.ts";
import type { ChipRun } from "./results.ts";
import type { Stage } from "./stage.ts";

export interface ChipSettings {
  readonly optimization: Optimization;
  /** Test images that are answered on every core. */
  readonly images: number;
  readonly cores: readonly {
    readonly core: CoreName;
    readonly megahertz: number;
    /** A chip that has this core and this clock. */
    readonly clockOf: string;
  }[];
}

/** Generated code, and what it may use of a core. */
export interface Code {
  readonly target: CoreName | "portable";
  readonly title: string;
  readonly sources: readonly SourceFile[];
}

/**
 * The code of a model for each core: portable, and where there is one, code for what the core has besides.
 *
 * `name`: the C functions are called after it.
 */
export function codesFor(
  graph: Graph,
  core: CoreName,
  options: { readonly name: string; readonly labels: readonly string[] },
): readonly [portable: Code, own?: Code] {
  const portable = generateC(graph, { ...options, target: "portable" });
  const code = { target: "portable", title: "any C99 compiler", sources: portable } as const;
  const sources = generateC(graph, { ...options, target: core });
  const title = extensionsIn(sources);
  return title === "" ? [code] : [code, { target: core, title, sources }];
}

/** What kernels use that not every core has, as their files are named for it; nothing, if they are all portable. */
function extensionsIn(sources: readonly SourceFile[]): string {
  const isUsed = (suffix: string) => sources.some(({ path }) => path.endsWith(suffix));
  return [...(isUsed("_mve.h") ? ["Helium"] : []), ...(isUsed("_dsp.h") ? ["DSP"] : [])].join(", ");
}

/**
 * Runs test images on every core, with every code there is for it, and tells what an inference takes.
 *
 * A core whose compiler or emulator is missing is an entry that says so and how to get it.
 *
 * @throws Error if a core answers anything else than our interpreter does.
 */
export async function measureOnChips(
  stage: Stage,
  graph: Graph,
  name: string,
  { optimization, images, cores: wanted }: ChipSettings,
): Promise<readonly ChipRun[]> {
  const toolchains = await findToolchains();
  const { samples, expected } = await answers(stage, graph, images);
  const runs: ChipRun[] = [];
  for (const { core, megahertz, clockOf } of wanted) {
    const { title } = cores[core];
    const missing = missingFor(core, toolchains);
    for (const code of codesFor(graph, core, { name, labels: [] })) {
      if (code === undefined) continue;
      const run = { core, title, code: code.title, megahertz, clockOf };
      if (missing.length > 0) {
        const reason = missing.map(({ problem }) => problem).join(" and ");
        runs.push({ ...run, kind: "not-measured", reason, howTo: `${installHint(missing)}.` });
        continue;
      }
      const measured = await measure(core, code.sources, {
        toolchains,
        model: modelInterface(graph, { name }),
        optimization,
        samples,
      }).catch(unlessItCannotRunThere);
      if (measured instanceof UserError) {
        const { message: reason, hint: howTo = "Choose a smaller network." } = measured;
        runs.push({ ...run, kind: "not-measured", reason, howTo });
        continue;
      }
      const wrong = measured.outputs.findIndex(
        (output, i) => Buffer.compare(output, expected[i] as Uint8Array) !== 0,
      );
      if (wrong !== -1) {
        throw new Error(`${title}, code for ${code.title}: test image ${wrong} has another answer`);
      }
      const { machine, build, instructions, flash, ram } = measured;
      const mean = instructions.reduce((sum, count) => sum + count, 0) / instructions.length;
      runs.push({
        ...run,
        kind: "measured",
        machine,
        build,
        images: samples.length,
        instructions: Math.round(mean),
        codeBytes: flash.code,
        constantBytes: flash.constants + flash.initialValues,
        variableBytes: ram.statics,
        stackBytes: ram.stack,
      });
      stage.log(
        `${title}, code for ${code.title}: ${Math.round(mean)} instructions, ${flash.code} bytes of code, ${ram.statics + ram.stack} bytes of RAM besides input and output`,
      );
    }
  }
  for (const text of new Set(
    runs.flatMap((run) => (run.kind === "measured" ? [] : [notice(run)])),
  )) {
    stage.log(text);
  }
  return runs;
}

/** A core that a network is too large for, or that this QEMU has not, is no reason to end the run. */
function unlessItCannotRunThere(error: unknown): UserError {
  const reasons = ["does-not-fit", "stack-overflow", "emulator-failed", "tool-timeout"];
  if (error instanceof UserError && reasons.includes(error.code)) return error;
  throw error;
}

function notice({ title, reason, howTo }: ChipRun & { readonly kind: "not-measured" }): string {
  return `${title}: not measured, because ${reason}. ${howTo}`;
}

/** The first test images as the network takes them, and what our interpreter answers. */
async function answers(stage: Stage, graph: Graph, count: number) {
  const test = await readExamples(stage, "test");
  const images = toFloat32(take(test, 0, Math.min(count, test.count)));
  const interpreter = createInterpreter(graph, { rounding: "double" });
  const [input, output] = [interpreter.inputs[0]!, interpreter.outputs[0]!];
  const size = input.data.length;
  const samples: Uint8Array[] = [];
  const expected: Uint8Array[] = [];
  for (let at = 0; at < images.length; at += size) {
    quantizeInto(input, images.subarray(at, at + size));
    // Before the run: the arena reuses the input's memory.
    samples.push(new Uint8Array(input.data.slice().buffer));
    interpreter.run();
    expected.push(new Uint8Array(output.data.slice().buffer));
  }
  return { samples, expected };
}
