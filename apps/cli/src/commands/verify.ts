import path from "node:path";
import { type Graph, type OpKind, type TensorId, tensorOf } from "@smidgen/graph";
import { knownDifference } from "@smidgen/official-runtimes";
import { readTflite } from "@smidgen/tflite";
import pc from "picocolors";
import { readBytes } from "../files.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, counted, heading, oneLine, shortened, table } from "../text.ts";
import {
  compareEngines,
  type Difference,
  floatTolerance,
  writtenTensors,
} from "../verify/compare-engines.ts";
import { type Engine, officialEngines, ownEngine } from "../verify/engines.ts";
import { randomSamples, samplesFrom } from "../verify/samples.ts";

export interface VerifySettings {
  readonly samples: number;
  readonly seed: number;
  /** A file of raw inputs, instead of random ones. */
  readonly inputs?: string | undefined;
  readonly json: boolean;
}

export interface Certificate {
  readonly text: string;
  /** Whether every official runtime that ran equals our profile `single`. */
  readonly holds: boolean;
}

/**
 * Runs a model in our interpreter in both rounding profiles and in the official runtimes, and says tensor by tensor
 * what is equal.
 */
export async function verify(file: string, settings: VerifySettings): Promise<Certificate> {
  const name = path.basename(file);
  const graph = readTflite(await readTfliteBytes(file), { name });
  const samples =
    settings.inputs === undefined
      ? randomSamples(graph, settings.samples, settings.seed)
      : samplesFrom(await readBytes(settings.inputs), path.basename(settings.inputs), graph);
  const watched = writtenTensors(graph);
  const single = ownEngine(graph, "single", watched);
  const double = ownEngine(graph, "double", watched);
  const outcomes = await officialEngines(graph, watched);
  const officials = outcomes.filter((outcome) => "run" in outcome);
  const missing = outcomes.filter((outcome) => "missing" in outcome);
  const differences = compareEngines(single, [double, ...officials], watched, samples);
  const firsts = new Map(
    [double, ...officials].map((engine) => [
      engine,
      firstDifference(graph, engine, differences.get(engine)),
    ]),
  );
  const holds = officials.every((engine) => firsts.get(engine) === undefined);

  if (settings.json) {
    const report = {
      file: name,
      samples: samples.length,
      seed: settings.inputs === undefined ? settings.seed : undefined,
      holds,
      missing,
      firstDifferences: Object.fromEntries(
        [...firsts].map(([engine, first]) => [engine.name, first]),
      ),
      tensors: watched.map((id) => ({
        id,
        name: tensorOf(graph, id).name,
        differencesFromSingle: Object.fromEntries(
          [...differences].map(([engine, byTensor]) => [engine.name, byTensor.get(id)]),
        ),
      })),
    };
    return { text: `${JSON.stringify(report, undefined, 2)}\n`, holds };
  }
  const inputs =
    settings.inputs === undefined
      ? `${counted(samples.length, "sample")} from seed ${settings.seed}`
      : `${counted(samples.length, "sample")} from ${path.basename(settings.inputs)}`;
  const verdicts = [...firsts].map(([engine, first]) => verdict(engine, first));
  const text = [
    `${heading(name)}  ${counted(graph.ops.length, "operator")}, ${inputs}`,
    "Elements that differ from our interpreter in profile single:",
    "",
    tensorTable(graph, watched, [double, ...officials], differences),
    "",
    ...verdicts,
    ...missing.map((outcome) => `${outcome.name}: not run. ${outcome.missing}`),
    "",
  ].join("\n");
  return { text, holds };
}

type ByTensor = ReadonlyMap<TensorId, Difference> | undefined;

function tensorTable(
  graph: Graph,
  watched: readonly TensorId[],
  engines: readonly Engine[],
  differences: ReadonlyMap<Engine, ByTensor>,
): string {
  const operators = graph.ops.flatMap(({ kind, outputs }, op) =>
    outputs.map(() => `${op} ${kind}`),
  );
  const rows = watched.map((id, i) => {
    const { name, type } = tensorOf(graph, id);
    return [
      operators[i] as string,
      `%${id} ${shortened(oneLine(name), 32)}`,
      type,
      count(differences.get(engines[0] as Engine)?.get(id)?.of ?? 0),
      ...engines.map((engine) => cell(differences.get(engine)?.get(id), type === "float32")),
    ];
  });
  const head = ["operator", "tensor", "type", "elements", ...engines.map(engineTitle)];
  return table(head, rows, [3, ...engines.map((_, i) => 4 + i)]);
}

function engineTitle({ name }: Engine): string {
  return name === "double" ? "profile double" : name;
}

function cell(difference: Difference | undefined, isFloat: boolean): string {
  if (difference === undefined) return "?";
  if (difference.elements === 0) return isFloat ? `within ${floatTolerance}` : "equal";
  const largest = isFloat ? difference.largest.toExponential(1) : `${difference.largest}`;
  return `${count(difference.elements)}, up to ${largest}`;
}

interface FirstDifference {
  /** Position of the operator in the graph. */
  readonly op: number;
  readonly kind: OpKind;
  /** Why an official runtime is known to compute something else here. */
  readonly known?: string | undefined;
}

/** The first operator with an output that differs. */
function firstDifference(
  graph: Graph,
  { name }: Engine,
  byTensor: ByTensor,
): FirstDifference | undefined {
  const differences = graph.ops.map(({ outputs }) =>
    outputs.map((id) => byTensor?.get(id)).filter((difference) => difference !== undefined),
  );
  const i = differences.findIndex((each) => each.some(({ elements }) => elements > 0));
  const op = graph.ops[i];
  if (op === undefined) return undefined;
  const known =
    name === "single" || name === "double" ? undefined : knownDifference(name, op, graph);
  const largest = Math.max(...(differences[i] ?? []).map((difference) => difference.largest));
  const explains = known !== undefined && largest <= known.largest;
  return { op: i, kind: op.kind, known: explains ? known.why : undefined };
}

function verdict({ name }: Engine, first: FirstDifference | undefined): string {
  const place = `operator ${first?.op} (${first?.kind})`;
  if (name === "double") {
    return first === undefined
      ? "Rounding twice, as chips do, makes no difference on these inputs."
      : `Chips round twice: from ${place} on they may differ from phones by what stands under profile double.`;
  }
  if (first === undefined) return pc.green(`${name}: equal to our interpreter in every tensor.`);
  const reason = first.known === undefined ? "" : ` It is known for this: it ${first.known}.`;
  return pc.red(`${name}: differs from our interpreter, first in ${place}.`) + reason;
}
