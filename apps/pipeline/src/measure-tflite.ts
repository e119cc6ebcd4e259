import { toFloat32 } from "@smidgen/datasets";
import { type Graph, multiplyAccumulates, tensorOf } from "@smidgen/graph";
import { createInterpreter, evaluateClassifier, planMemory } from "@smidgen/runtime";
import { readTflite } from "@smidgen/tflite";
import { readExamples } from "./examples.ts";
import type { MemoryResult, TfliteFile } from "./results.ts";
import type { Stage } from "./stage.ts";

/**
 * Reads a `.tflite` back, runs every test image through it, and says how large it is in flash and in RAM.
 *
 * `rounding`: `single` as TensorFlow Lite rounds on phones and in browsers, `double` as TensorFlow Lite Micro
 * does on chips. Floats know no difference.
 */
export async function measureTflite(
  stage: Stage,
  name: string,
  bytes: Uint8Array,
  rounding: "single" | "double",
): Promise<TfliteFile> {
  const graph = readTflite(bytes, { name });
  const test = await readExamples(stage, "test");
  const { accuracy, loss } = evaluateClassifier(createInterpreter(graph, { rounding }), {
    images: toFloat32(test),
    labels: test.labels,
  });
  stage.log(
    `${name}: ${bytes.length} bytes, ${rounding} rounding. Test loss: ${loss.toFixed(4)}, Test accuracy: ${accuracy.toFixed(4)}`,
  );
  return {
    fileBytes: bytes.length,
    evaluation: { examples: test.count, accuracy, loss },
    multiplyAccumulates: graph.ops.reduce(
      (sum, op) => sum + multiplyAccumulates(op, graph.tensors),
      0,
    ),
    memory: memoryOf(graph),
  };
}

/** The arena of the memory plan, and what lies where in it. */
function memoryOf(graph: Graph): MemoryResult {
  const plan = planMemory(graph);
  return {
    arenaBytes: plan.arenaBytes,
    ops: graph.ops.map(({ kind }) => kind),
    placements: plan.tensors.map(({ id, offsetBytes, sizeBytes, firstOp, lastOp }) => ({
      tensor: tensorOf(graph, id).name,
      offsetBytes,
      bytes: sizeBytes,
      firstOp: Math.max(0, firstOp),
      lastOp,
    })),
  };
}
