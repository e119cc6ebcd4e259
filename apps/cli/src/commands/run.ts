import path from "node:path";
import { type Graph, tensorOf } from "@smidgen/graph";
import { arraySamples, readNpy } from "@smidgen/quantize";
import {
  createInterpreter,
  dequantize,
  type Interpreter,
  quantizeInto,
  type StepProfile,
  type TensorView,
} from "@smidgen/runtime";
import { readTflite } from "@smidgen/tflite";
import { readBytes } from "../files.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, counted, heading, oneLine, shortened, table } from "../text.ts";
import { randomSamples, samplesFrom } from "../verify/samples.ts";

export interface RunSettings {
  /** `.npy` files of real numbers, one for each input, or one file of raw elements; random inputs without. */
  readonly inputs?: readonly string[] | undefined;
  /** How many random inputs. */
  readonly samples: number;
  readonly seed: number;
  readonly rounding: "double" | "single";
  /** How often to run all samples to see how long operators take; not at all if 0. */
  readonly profileRuns: number;
  readonly json: boolean;
}

/** Runs a model in our interpreter and says what comes out, and what each operator does and takes. */
export async function run(file: string, settings: RunSettings): Promise<string> {
  const name = path.basename(file);
  const graph = readTflite(await readTfliteBytes(file), { name });
  const { rounding, profileRuns } = settings;
  const feeds = await readFeeds(graph, settings);
  const interpreter = createInterpreter(graph, { rounding });
  const results = feeds.map((feed) => {
    feed(interpreter);
    interpreter.run();
    return interpreter.outputs.map((output) => ({
      output,
      values: Array.from<number | bigint, number>(valuesOf(output), Number),
    }));
  });
  const profile = profileRuns === 0 ? undefined : measure(graph, rounding, feeds, profileRuns);
  const perRun = 1 / (profileRuns * feeds.length);
  if (settings.json) {
    const report = {
      file: name,
      rounding,
      outputs: results.map((outputs) =>
        Object.fromEntries(outputs.map(({ output, values }) => [output.name, values])),
      ),
      profile: profile?.map((step) => ({ ...step, milliseconds: step.milliseconds * perRun })),
    };
    return `${JSON.stringify(report, undefined, 2)}\n`;
  }
  const lines = results.flatMap((outputs, sample) =>
    outputs.map(
      ({ output, values }) => `${sample}  ${shortened(oneLine(output.name), 32)}  ${list(values)}`,
    ),
  );
  const head = `${heading(name)}  ${counted(graph.ops.length, "operator")}, ${counted(feeds.length, "sample")}, profile ${rounding}`;
  const tables = profile === undefined ? [] : ["", profileTable(graph, profile, perRun)];
  return [head, ...lines, ...tables, ""].join("\n");
}

/** Writes one sample into the inputs. */
type Feed = (interpreter: Interpreter) => void;

async function readFeeds(graph: Graph, settings: RunSettings): Promise<readonly Feed[]> {
  const { inputs: files = [], samples, seed } = settings;
  if (files.length > 0 && files.every((file) => file.endsWith(".npy"))) {
    const arrays = await Promise.all(
      files.map(async (file) => readNpy(await readBytes(file), { name: path.basename(file) })),
    );
    return [...arraySamples(graph, arrays)].map((sample) => ({ inputs }) => {
      for (const [i, input] of inputs.entries()) writeReals(input, sample[i] as Float32Array);
    });
  }
  const [file, ...others] = files;
  const raw =
    file === undefined
      ? randomSamples(graph, samples, seed).slice(0, samples)
      : samplesFrom(
          await readBytes(file),
          [file, ...others].map((f) => path.basename(f)).join(", "),
          graph,
        );
  return raw.map((sample) => ({ inputs }) => {
    for (const [i, { data }] of inputs.entries()) data.set(sample[i] as never);
  });
}

function writeReals(input: TensorView, values: Float32Array): void {
  const isReal = input.type === "float32" || input.quantization !== undefined;
  if (isReal) quantizeInto(input, values);
  else (input.data as Int32Array).set(values);
}

function valuesOf(output: TensorView): ArrayLike<number | bigint> {
  return output.quantization === undefined ? output.data : dequantize(output);
}

/** Another interpreter runs as often before, so that the code is compiled. */
function measure(
  graph: Graph,
  rounding: "double" | "single",
  feeds: readonly Feed[],
  runs: number,
): readonly StepProfile[] {
  const repeat = (interpreter: Interpreter) => {
    for (let i = 0; i < runs; i++) {
      for (const feed of feeds) {
        feed(interpreter);
        interpreter.run();
      }
    }
    return interpreter.profile();
  };
  repeat(createInterpreter(graph, { rounding }));
  return repeat(createInterpreter(graph, { rounding, profile: true }));
}

function profileTable(graph: Graph, profile: readonly StepProfile[], perRun: number): string {
  const total = profile.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const sumOf = (of: (step: StepProfile) => number) =>
    count(profile.reduce((sum, step) => sum + of(step), 0));
  const row = (step: StepProfile) => {
    const output = tensorOf(graph, (graph.ops[step.op] as Graph["ops"][number]).outputs[0]);
    return [
      `${step.op}`,
      step.kernel,
      `[${output.shape.join(", ")}]`,
      (1_000 * step.milliseconds * perRun).toFixed(1),
      `${((100 * step.milliseconds) / total).toFixed(1)} %`,
      count(step.multiplyAccumulates),
      count(step.bytesRead),
      count(step.bytesWritten),
    ];
  };
  return table(
    ["", "kernel", "output", "µs", "share", "MACs", "bytes read", "written"],
    [
      ...profile.map(row),
      [
        "",
        "all",
        "",
        (1_000 * total * perRun).toFixed(1),
        "",
        sumOf(({ multiplyAccumulates }) => multiplyAccumulates),
        sumOf(({ bytesRead }) => bytesRead),
        sumOf(({ bytesWritten }) => bytesWritten),
      ],
    ],
    [0, 3, 4, 5, 6, 7],
  );
}

const mostListed = 12;

function list(values: readonly number[]): string {
  const shown = values.slice(0, mostListed).map((value) => `${Number(value.toPrecision(6))}`);
  const more = values.length > mostListed ? `, … (${count(values.length)})` : "";
  return `[${shown.join(", ")}${more}]`;
}
