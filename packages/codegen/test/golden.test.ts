import path from "node:path";
import { describe, expect, test } from "vitest";
import { generateC } from "@smidgen/codegen";
import { UserError } from "@smidgen/errors";
import { type Graph, tensorOf } from "@smidgen/graph";
import { announceSkipped, type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { hostCompilers, withHostProgram } from "./run-on-host.ts";

const own = goldenModels(path.join(import.meta.dirname, "../../runtime/test/golden"));
const shared = goldenModels().filter(({ name }) => own.every((model) => model.name !== name));

const models = [...own, ...shared]
  .map((golden) => ({
    name: golden.name,
    golden,
    graph: readTflite(golden.model, { name: golden.name }),
  }))
  .filter(({ graph }) => !hasFloats(graph));

const cases = models.filter(({ name, graph }) => {
  try {
    generateC(graph, { name: "model" });
    return true;
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== "no-c-code") throw error;
    announceSkipped(`C of ${name}: ${error.message}`, "Write these twins.");
    return false;
  }
});

if (hostCompilers.length === 0) announceSkipped("generated C", "Install gcc or clang.");

describe.each(hostCompilers)(
  "C compiled by %s computes what TensorFlow Lite Micro does:",
  (compiler) => {
    test.each(cases)("$name", ({ golden, graph }) => {
      const files = generateC(graph, { name: "model" });
      withHostProgram(files, graph, "model", { compiler }, (run) => {
        for (const [inputs, outputs, keepState] of [
          ["inputs.bin", "outputs.bin", false],
          ["inputs_smooth.bin", "outputs_smooth.bin", false],
          ["inputs.bin", "outputs_stream.bin", true],
        ] as const) {
          const expected = golden.file(outputs);
          if (expected === undefined) continue;
          const samples = samplesOf(golden, golden.file(inputs) as Uint8Array);
          expect(Buffer.concat(run(samples, keepState))).toEqual(Buffer.from(expected));
        }
      });
    });
  },
);

function samplesOf({ meta }: GoldenModel, bytes: Uint8Array): readonly Uint8Array[] {
  const size = meta.inputs[0]?.bytes as number;
  return Array.from({ length: bytes.length / size }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

function hasFloats(graph: Graph): boolean {
  return graph.inputs.some((id) => tensorOf(graph, id).type === "float32");
}
