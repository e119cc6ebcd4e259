import { UserError } from "@smidgen/errors";
import {
  type ElementArray,
  elementTypes,
  type Graph,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import {
  loadLiteRt,
  loadTfliteRuntime,
  type OfficialModel,
  type OfficialRuntimeName,
} from "@smidgen/official-runtimes";
import { createInterpreter } from "@smidgen/runtime";
import { writeTflite } from "@smidgen/tflite";
import type { Sample } from "./samples.ts";

/** Something that computes a graph and shows every tensor that operators write. */
export interface Engine {
  readonly name: EngineName;
  /** Elements of each watched tensor, copied. State goes on from one call to the next. */
  readonly run: (sample: Sample) => ReadonlyMap<TensorId, ElementArray>;
}

export type EngineName = "single" | "double" | OfficialRuntimeName;

export type EngineOutcome =
  | Engine
  | { readonly name: OfficialRuntimeName; readonly missing: string };

/** Ours, rounding as TensorFlow Lite Micro (`double`) or as TensorFlow Lite (`single`) does. */
export function ownEngine(
  graph: Graph,
  rounding: "double" | "single",
  watched: readonly TensorId[],
): Engine {
  const interpreter = createInterpreter(graph, { rounding, keepIntermediates: true });
  return {
    name: rounding,
    run(sample) {
      for (const [i, { data }] of interpreter.inputs.entries()) data.set(sample[i] as never);
      interpreter.run();
      return new Map(watched.map((id) => [id, interpreter.tensor(id).data.slice()]));
    },
  };
}

/** TensorFlow Lite and LiteRT, or why they are not there. */
export async function officialEngines(
  graph: Graph,
  watched: readonly TensorId[],
): Promise<readonly EngineOutcome[]> {
  const bytes = writeTflite({ ...graph, outputs: watched });
  return Promise.all([
    officialEngine("TensorFlow Lite", loadTfliteRuntime, bytes, graph, watched),
    officialEngine("LiteRT", loadLiteRt, bytes, graph, watched),
  ]);
}

async function officialEngine(
  name: OfficialRuntimeName,
  load: (model: Uint8Array) => Promise<OfficialModel>,
  bytes: Uint8Array,
  graph: Graph,
  watched: readonly TensorId[],
): Promise<EngineOutcome> {
  try {
    const model = await load(bytes);
    return {
      name,
      run(sample) {
        const outputs = model.run(sample);
        return new Map(
          watched.map((id, i) => {
            const { array } = elementTypes[tensorOf(graph, id).type];
            return [id, new array((outputs[i] as Uint8Array<ArrayBuffer>).buffer)];
          }),
        );
      },
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, missing: [error.message, error.hint].filter(Boolean).join(". ") };
  }
}
