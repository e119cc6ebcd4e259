import type { ElementArray, Graph } from "@smidgen/graph";
import type { Rounding } from "@smidgen/kernels";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { randomInputs } from "./random-values.ts";

/** What one output was in several runs, each in the type of its tensor. */
export interface ComparedOutput {
  readonly name: string;
  readonly ours: readonly ElementArray[];
  readonly theirs: readonly ElementArray[];
}

export interface Comparison {
  /** How many inferences, each with other inputs and the state that the one before left. Default: 3. */
  readonly runs?: number;
  /** Default: TensorFlow Lite. */
  readonly load?: typeof loadTfliteRuntime;
  /** Default: `single`. */
  readonly rounding?: Rounding;
  /** What goes in, by the number of the run from 1 on. Default: `randomInputs`. */
  readonly inputs?: (graph: Graph, run: number) => readonly ElementArray[];
  /** Where the official runtime must be given something else to compute the same. */
  readonly graphForThem?: Graph;
}

/** Runs a graph in an official runtime and in ours, with the same random inputs. */
export async function compareRuns(
  graph: Graph,
  comparison: Comparison = {},
): Promise<readonly ComparedOutput[]> {
  const {
    runs = 3,
    load = loadTfliteRuntime,
    rounding = "single",
    inputs: draw = randomInputs,
  } = comparison;
  const official = await load(writeTflite(comparison.graphForThem ?? graph));
  const interpreter = createInterpreter(graph, { rounding });
  const compared = interpreter.outputs.map(({ name }) => ({
    name,
    ours: [] as ElementArray[],
    theirs: [] as ElementArray[],
  }));
  for (let run = 0; run < runs; run++) {
    const inputs = draw(graph, run + 1);
    for (const [i, { data }] of interpreter.inputs.entries()) {
      bytesOf(data).set(bytesOf(inputs[i] as ElementArray));
    }
    interpreter.run();
    const theirs = official.run(inputs);
    for (const [i, { data }] of interpreter.outputs.entries()) {
      const output = compared[i] as (typeof compared)[number];
      output.ours.push(data.slice());
      output.theirs.push(viewLike(data, theirs[i] as Uint8Array));
    }
  }
  return compared;
}

/** One line for each output with elements that differ by more than `tolerance` × the larger of 1 and the element. */
export function differences(outputs: readonly ComparedOutput[], tolerance = 0): readonly string[] {
  return outputs.flatMap(({ name, ours, theirs }) => {
    const pairs = ours.flatMap((values, run) =>
      Array.from(values as Int8Array, (our, i) => [our, Number(theirs[run]?.[i])] as const),
    );
    const wrong = pairs.filter(
      ([our, their]) => !(Math.abs(our - their) <= tolerance * Math.max(1, Math.abs(their))),
    );
    const largest = Math.max(...wrong.map(([our, their]) => Math.abs(our - their)));
    return wrong.length === 0
      ? []
      : [`${name}: ${wrong.length} of ${pairs.length} elements differ, by ${largest} at most`];
  });
}

function viewLike<T extends ElementArray>(array: T, bytes: Uint8Array): T {
  const copy = array.slice() as T;
  bytesOf(copy).set(bytes);
  return copy;
}
