import path from "node:path";
import { generateC, type SourceFile } from "@smidgen/codegen";
import {
  canSanitize,
  type CoreName,
  coreNames,
  type Estimate,
  estimate,
  findToolchains,
  installHint,
  type Measurement,
  measure as measureOn,
  missingFor,
  modelInterface,
  type Optimization,
  runOnHost,
  type Toolchains,
  type ToolStatus,
} from "@smidgen/device";
import { UserError } from "@smidgen/errors";
import { byteCount, type Graph, tensorOf } from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { readTflite } from "@smidgen/tflite";
import pc from "picocolors";
import { readBytes } from "../files.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, counted, heading, table } from "../text.ts";
import { randomSamples, type Sample, samplesFrom } from "../verify/samples.ts";

/** A core, or this machine. */
const measureTargets = [...coreNames, "host"] as const;
export type MeasureTarget = (typeof measureTargets)[number];

export interface MeasureSettings {
  readonly targets: readonly MeasureTarget[];
  /** Code that any C99 compiler takes, instead of code for the core. */
  readonly portable: boolean;
  readonly optimization: Optimization;
  readonly samples: number;
  readonly seed: number;
  /** A file of raw inputs, instead of random ones. */
  readonly inputs?: string | undefined;
  readonly steps: boolean;
  readonly json: boolean;
}

export interface MeasureReport {
  readonly text: string;
  /** Whether every program that was built ran, and computed what the interpreter computes. */
  readonly equal: boolean;
}

type Outcome =
  | { readonly kind: "measured"; readonly measurement: Measurement; readonly differing: number }
  | { readonly kind: "ran-here"; readonly compiler: string; readonly differing: number }
  | {
      readonly kind: "estimated";
      readonly core: CoreName;
      readonly estimate: Estimate;
      readonly missing: readonly ToolStatus[];
    }
  | { readonly kind: "not-run"; readonly missing: readonly ToolStatus[] }
  | { readonly kind: "failed"; readonly target: string; readonly problem: string };

/**
 * Builds a model for each target, runs it there, compares every output with our interpreter (rounding as chips do),
 * and tells what it took. Without the tools for a target, an estimate.
 */
export async function measure(file: string, settings: MeasureSettings): Promise<MeasureReport> {
  const name = path.basename(file);
  const graph = readTflite(await readTfliteBytes(file), { name });
  const samples =
    settings.inputs === undefined
      ? randomSamples(graph, settings.samples, settings.seed)
      : samplesFrom(await readBytes(settings.inputs), path.basename(settings.inputs), graph);
  const expected = interpret(graph, samples);
  const toolchains = await findToolchains();
  const outcomes: Outcome[] = [];
  for (const target of settings.targets) {
    const context = { settings, samples, expected, toolchains };
    outcomes.push(
      await runTarget(target, graph, context).catch((error: unknown) => failure(target, error)),
    );
  }
  const equal = outcomes.every(
    (outcome) =>
      outcome.kind !== "failed" && (!("differing" in outcome) || outcome.differing === 0),
  );
  if (settings.json) {
    const report = { file: name, samples: samples.length, equal, outcomes: outcomes.map(forJson) };
    return { text: `${JSON.stringify(report, undefined, 2)}\n`, equal };
  }
  return { text: describe(name, graph, samples.length, outcomes), equal };
}

interface Context {
  readonly settings: MeasureSettings;
  readonly samples: readonly Sample[];
  readonly expected: readonly Uint8Array[];
  readonly toolchains: Toolchains;
}

async function runTarget(target: MeasureTarget, graph: Graph, context: Context): Promise<Outcome> {
  const { settings, expected, toolchains } = context;
  const { portable, optimization, steps } = settings;
  const model = modelInterface(graph, { name: "model" });
  const samples = context.samples.map(bytesOf);
  const differing = (outputs: readonly Uint8Array[]) =>
    outputs.filter((output, i) => Buffer.compare(output, expected[i] as Uint8Array) !== 0).length;

  if (target === "host") {
    const compiler = (["gcc", "clang"] as const).find(
      (tool) => toolchains[tool].version !== undefined,
    );
    if (compiler === undefined) return { kind: "not-run", missing: [toolchains.gcc] };
    const sources = generateC(graph, { name: "model" });
    const { outputs } = await runOnHost(sources, {
      toolchains,
      compiler,
      model,
      samples,
      optimization,
      sanitize: await canSanitize(compiler),
    });
    return { kind: "ran-here", compiler, differing: differing(outputs) };
  }

  const sources: readonly SourceFile[] = generateC(graph, {
    name: "model",
    target: portable ? "portable" : target,
    stepMarks: steps,
  });
  const missing = missingFor(target, toolchains);
  if (missing.length > 0) {
    return { kind: "estimated", core: target, estimate: estimate(target, sources), missing };
  }
  const measurement = await measureOn(target, sources, {
    toolchains,
    model,
    samples,
    optimization,
    steps,
  });
  return { kind: "measured", measurement, differing: differing(measurement.outputs) };
}

/** What went wrong on one target does not keep the others from being measured. */
function failure(target: string, error: unknown): Outcome {
  if (!(error instanceof UserError) || error.code === "no-c-code") throw error;
  const problem = [error.message, error.hint].filter(Boolean).join(". ");
  return { kind: "failed", target, problem };
}

function describe(
  name: string,
  graph: Graph,
  samples: number,
  outcomes: readonly Outcome[],
): string {
  const head = ["core", "instructions", "code", "constants", "variables", "stack", "outputs", ""];
  const rows = outcomes.map((outcome): string[] => {
    switch (outcome.kind) {
      case "measured": {
        const { core, instructions, flash, ram, machine } = outcome.measurement;
        return [
          core,
          range(instructions),
          count(flash.code),
          count(flash.constants + flash.initialValues),
          count(ram.statics),
          count(ram.stack),
          verdict(outcome.differing, samples),
          machine,
        ];
      }
      case "ran-here": {
        const { compiler, differing } = outcome;
        return ["host", "", "", "", "", "", verdict(differing, samples), compiler];
      }
      case "estimated": {
        const { core, estimate: guess } = outcome;
        const about = `about ${count(guess.code)}`;
        const constants = count(guess.constants);
        return [core, "?", about, constants, count(guess.statics), "?", "not run", "ESTIMATE"];
      }
      case "not-run":
        return ["host", "", "", "", "", "", "not run", ""];
      case "failed":
        return [outcome.target, "", "", "", "", "", pc.red("FAILED"), ""];
      default:
        throw new Error(`unknown outcome ${JSON.stringify(outcome satisfies never)}`);
    }
  });
  const operands = [...graph.inputs, ...graph.outputs].reduce(
    (sum, id) => sum + byteCount(tensorOf(graph, id)),
    0,
  );
  const missing = outcomes.flatMap((outcome) => ("missing" in outcome ? outcome.missing : []));
  const notes = [
    `Bytes of flash (code, constants) and of RAM (variables, stack); the caller holds ${count(operands)} more for input and output.`,
    ...(missing.length === 0
      ? []
      : [
          `Not measured, but estimated: ${[...new Set(missing.map(({ problem }) => problem))].join("; ")}. The code may be half or double of that; constants and variables are exact.`,
          installHint(missing),
        ]),
    ...outcomes.flatMap((outcome) =>
      outcome.kind === "failed" ? [pc.red(`${outcome.target}: ${outcome.problem}`)] : [],
    ),
  ];
  return `${heading(name)}  ${counted(samples, "sample")}\n\n${table(head, rows, [1, 2, 3, 4, 5])}\n\n${notes.join("\n")}\n${outcomes.map((outcome) => stepTable(graph, outcome)).join("")}`;
}

function stepTable(graph: Graph, outcome: Outcome): string {
  if (outcome.kind !== "measured" || outcome.measurement.stepInstructions === undefined) return "";
  const { core, stepInstructions } = outcome.measurement;
  const sum = stepInstructions.reduce((total, step) => total + step.instructions, 0);
  const rows = stepInstructions.map(({ operator, instructions }) => [
    `${operator}`,
    graph.ops[operator]?.kind ?? "",
    count(instructions),
    `${((100 * instructions) / sum).toFixed(1)} %`,
  ]);
  return `\n${heading(core)}\n${table(["", "operator", "instructions", "share"], rows, [0, 2, 3])}\n`;
}

function verdict(differing: number, samples: number): string {
  return differing === 0 ? pc.green("equal") : pc.red(`${differing} of ${samples} DIFFER`);
}

/** Instructions depend a little on the input. */
function range(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? count(most) : `${count(least)}–${count(most)}`;
}

function forJson(outcome: Outcome): unknown {
  if (outcome.kind !== "measured") return outcome;
  const { outputs: _, ...measurement } = outcome.measurement;
  return { ...outcome, measurement };
}

/** Outputs of each sample, one after the other, as they lie in memory. Each starts without state. */
function interpret(graph: Graph, samples: readonly Sample[]): readonly Uint8Array[] {
  const interpreter = createInterpreter(graph, { rounding: "double" });
  return samples.map((sample) => {
    interpreter.reset();
    for (const [i, { data }] of interpreter.inputs.entries()) data.set(sample[i] as never);
    interpreter.run();
    return bytesOf(interpreter.outputs.map(({ data }) => data));
  });
}

function bytesOf(arrays: Sample): Uint8Array {
  return new Uint8Array(
    Buffer.concat(arrays.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))),
  );
}
