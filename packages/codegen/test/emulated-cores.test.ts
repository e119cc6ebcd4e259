import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateC } from "@smidgen/codegen";
import { byteCount, type Graph, tensorOf } from "@smidgen/graph";
import { announceSkipped, type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { createInterpreter } from "@smidgen/runtime";
import { parallelLayers } from "./parallel-layers.ts";
import { hostCompilers, runOnHost } from "./run-on-host.ts";

/** Instructions of Arm in C, so that kernels for them run here. */
const emulations = ["arm-acle", "arm-mve"].map((folder) =>
  path.join(import.meta.dirname, "../../kernels/test", folder),
);
const flags = emulations.flatMap((folder) => ["-I", folder]);

const cores = ["cortex-m4", "cortex-m55"] as const;

const isInt8 = (graph: Graph) => graph.inputs.every((id) => tensorOf(graph, id).type === "int8");

const own = goldenModels(path.join(import.meta.dirname, "../../runtime/test/golden"));
const shared = goldenModels().filter(({ name }) => own.every((model) => model.name !== name));

const models = [...own, ...shared]
  .map((golden) => ({ golden, graph: readTflite(golden.model, { name: "model" }) }))
  .filter(({ graph, golden }) => isInt8(graph) && !golden.meta.stateful)
  // Compiling takes the time: each compiler has every other model.
  .map((model, i) => ({
    ...model,
    name: model.golden.name,
    compiler: hostCompilers[i % hostCompilers.length] as string,
  }));

if (hostCompilers.length === 0) announceSkipped("C for Cortex-M4 and M55", "Install gcc or clang.");

describe.skipIf(hostCompilers.length === 0).each(cores)("C for %s, emulated here:", (target) => {
  test.each(models)(
    "$name computes what TensorFlow Lite Micro does ($compiler)",
    ({ golden, graph, compiler }) => {
      const files = generateC(graph, { name: "model", target });
      for (const [inputs, outputs] of [
        ["inputs.bin", "outputs.bin"],
        ["inputs_smooth.bin", "outputs_smooth.bin"],
      ] as const) {
        const expected = golden.file(outputs);
        if (expected === undefined) continue;
        const samples = samplesOf(golden, golden.file(inputs) as Uint8Array);
        const results = runOnHost(files, graph, "model", samples, { compiler, flags });
        expect(Buffer.concat(results)).toEqual(Buffer.from(expected));
      }
    },
  );

  test("layers of any shape compute what the interpreter does", () => {
    fc.assert(
      fc.property(fc.gen(), (g) => {
        const { graph, sample } = parallelLayers(g, 30);
        const files = generateC(graph, { name: "layers", target });
        const [result] = runOnHost(files, graph, "layers", [sample], { flags });
        expect(Buffer.from(result as Uint8Array)).toEqual(interpreted(graph, sample));
      }),
      // Each run is a compilation; a smaller counterexample is not worth hundreds of them.
      { numRuns: 3, endOnFailure: true },
    );
  }, 60_000);
});

function interpreted(graph: Graph, sample: Uint8Array): Buffer {
  const interpreter = createInterpreter(graph);
  let start = 0;
  for (const [i, { data }] of interpreter.inputs.entries()) {
    const tensor = tensorOf(graph, graph.inputs[i]!);
    const end = start + byteCount(tensor);
    (data as Int8Array).set(Int8Array.from(sample.subarray(start, end)));
    start = end;
  }
  interpreter.run();
  return Buffer.concat(
    interpreter.outputs.map(({ data }) =>
      Buffer.from(data.buffer, data.byteOffset, data.byteLength),
    ),
  );
}

function samplesOf({ meta }: GoldenModel, bytes: Uint8Array): readonly Uint8Array[] {
  const size = meta.inputs[0]?.bytes as number;
  return Array.from({ length: bytes.length / size }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}
