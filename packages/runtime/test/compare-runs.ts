import type { ElementArray, Graph } from "@smidgen/graph";
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

/**
 * Runs a graph in TensorFlow Lite and, with single rounding, in ours: the same random inputs, one run after the other
 * without a reset.
 *
 * graphForThem: where TensorFlow Lite must be given something else to compute the same.
 */
export async function compareWithTfLite(
  graph: Graph,
  runs: number,
  graphForThem = graph,
): Promise<readonly ComparedOutput[]> {
  const official = await loadTfliteRuntime(writeTflite(graphForThem));
  const interpreter = createInterpreter(graph, { rounding: "single" });
  const compared = interpreter.outputs.map(({ name }) => ({
    name,
    ours: [] as ElementArray[],
    theirs: [] as ElementArray[],
  }));
  for (let run = 0; run < runs; run++) {
    const inputs = randomInputs(graph, run + 1);
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
      Array.from(
        values as Int8Array,
        (ourValue, i) => [ourValue, Number(theirs[run]?.[i])] as const,
      ),
    );
    const wrong = pairs.filter(
      ([ourValue, theirValue]) =>
        !(Math.abs(ourValue - theirValue) <= tolerance * Math.max(1, Math.abs(theirValue))),
    );
    const largest = Math.max(...wrong.map(([a, b]) => Math.abs(a - b)));
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
