import path from "node:path";
import { UserError } from "@smidgen/errors";
import { type Graph, tensorOf } from "@smidgen/graph";
import { type MemoryPlan, planMemory, type Planner } from "@smidgen/runtime";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { writeWhole } from "../files.ts";
import { readTfliteBytes } from "../model-files/read-tflite-bytes.ts";
import { count, counted, heading, oneLine, shortened, table } from "../text.ts";

export interface PlanSettings {
  readonly planner: Planner;
  readonly inPlace: boolean;
  readonly overlap: boolean;
  readonly overwriteInputs: boolean;
  /** Where the model with its plan goes. */
  readonly output?: string | undefined;
  readonly json: boolean;
}

/** Says where each tensor lies in the arena, and writes the model with that plan if asked to. */
export async function plan(file: string, settings: PlanSettings): Promise<string> {
  const { planner, inPlace, overlap, overwriteInputs, output } = settings;
  if (output !== undefined && (inPlace || overlap)) {
    throw new UserError(
      "invalid-options",
      "a plan in place or with overlaps is for our own loops: kernels of TensorFlow Lite Micro may write before they have read",
      { hint: "Leave out --in-place and --overlap." },
    );
  }
  const name = path.basename(file);
  const graph = readTflite(await readTfliteBytes(file), { name });
  const variablesOutside = output !== undefined;
  const options = { inPlace, overwriteInputs, variablesOutside };
  const memory = planMemory(graph, { ...options, planner, overlap });
  const greedy = planMemory(graph, { variablesOutside });
  if (output !== undefined) {
    await writeWhole(output, writeTflite(graph, { offlineMemoryPlan: memory.tensors }));
  }
  if (settings.json) {
    const report = { file: name, ...memory, greedyArenaBytes: greedy.arenaBytes };
    return `${JSON.stringify(report, undefined, 2)}\n`;
  }
  return [
    `${heading(name)}  ${counted(memory.arenaBytes, "byte")} of arena${proof(memory)}; TensorFlow Lite Micro's greedy planner takes ${count(greedy.arenaBytes)}`,
    "",
    placeTable(graph, memory),
    ...memory.overwrites.map(
      ({ op, input, output: over }) =>
        `operator ${op} (${graph.ops[op]?.kind}) writes %${over} over %${input}`,
    ),
    ...(output === undefined ? [] : [`${output}: the model with this plan`]),
    "",
  ].join("\n");
}

function proof({ isProvenOptimal, lowerBoundBytes }: MemoryPlan): string {
  return isProvenOptimal
    ? ", the least possible"
    : `, at least ${count(lowerBoundBytes)} are needed`;
}

function placeTable(graph: Graph, memory: MemoryPlan): string {
  const places = [
    ...memory.tensors.map(({ id, ...place }) => {
      const { name, isVariable } = tensorOf(graph, id);
      const label = shortened(oneLine(name), 40);
      return { ...place, label: `%${id} ${label}${isVariable ? ", variable" : ""}` };
    }),
    ...memory.scratch.map(({ op, ...place }) => ({
      ...place,
      firstOp: op,
      lastOp: op,
      label: `scratch of operator ${op}`,
    })),
  ].toSorted((a, b) => a.firstOp - b.firstOp || a.offsetBytes - b.offsetBytes);
  return table(
    ["tensor", "from", "to", "bytes", "from operator", "to"],
    places.map(({ label, offsetBytes, sizeBytes, firstOp, lastOp }) => [
      label,
      count(offsetBytes),
      count(offsetBytes + sizeBytes),
      count(sizeBytes),
      firstOp < 0 ? "start" : `${firstOp}`,
      lastOp < 0 ? "start" : `${lastOp}`,
    ]),
    [1, 2, 3, 4, 5],
  );
}
