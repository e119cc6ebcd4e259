import path from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Graph, TensorId } from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";
import { createInterpreter, type Interpreter, planMemory } from "@smidgen/runtime";
import { announceSkipped, bytesOf, type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";

const own = goldenModels(path.join(import.meta.dirname, "golden"));
const shared = goldenModels().filter(({ name }) => own.every((model) => model.name !== name));

const cases = [...own, ...shared].flatMap((golden) => {
  const graph = readIfSupported(golden);
  return graph === undefined ? [] : [{ name: golden.name, golden, graph }];
});

describe.each(cases)("$name", ({ golden, graph }) => {
  test("outputs are exact", () => {
    expect(wrongOutputs(graph, golden, "inputs")).toEqual([]);
  });

  test("outputs of gentler inputs are exact", () => {
    expect(wrongOutputs(graph, golden, "inputs_smooth")).toEqual([]);
  });

  test("every intermediate tensor is exact", () => {
    const crcs = golden.meta["tensor_crc32"] as Readonly<Record<string, readonly string[]>>;
    expect(Object.keys(crcs).length).toBeGreaterThan(graph.ops.length);
    expect(wrongIntermediates(graph, golden, crcs)).toEqual([]);
  });

  test("the arena is laid out as TensorFlow Lite Micro does", () => {
    const expected = golden.meta.tensors.filter((tensor) => tensor.arena_offset >= 0);
    expect(planMemory(graph).tensors.map(({ id, offsetBytes }) => [id, offsetBytes])).toEqual(
      expected.map((tensor) => [tensor.i, tensor.arena_offset]),
    );
  });
});

function readIfSupported({ name, model }: GoldenModel): Graph | undefined {
  const graph = readTflite(model, { name });
  const unsupported = findUnsupported(graph);
  if (unsupported.length === 0) return graph;
  const operators = unsupported.map(({ place, text }) => `${place} ${text}`).join(", ");
  announceSkipped(`golden model ${name}: ${operators}`, "Write these kernels.");
  return undefined;
}

type InputsName = "inputs" | "inputs_smooth";

function* samplesOf(golden: GoldenModel, inputs: InputsName) {
  const outputs = inputs === "inputs" ? "outputs.bin" : "outputs_smooth.bin";
  const values = golden.file(`${inputs}.bin`) as Uint8Array;
  const expected = golden.file(outputs) as Uint8Array;
  const inputBytes = golden.meta.inputs[0]?.bytes as number;
  const outputBytes = golden.meta.outputs[0]?.bytes as number;
  for (let sample = 0; sample * inputBytes < values.length; sample++) {
    yield {
      sample,
      input: values.subarray(sample * inputBytes, (sample + 1) * inputBytes),
      expected: expected.subarray(sample * outputBytes, (sample + 1) * outputBytes),
    };
  }
}

function outputOf(interpreter: Interpreter, input: Uint8Array): Uint8Array {
  bytesOf(interpreter.inputs[0]?.data as Int8Array).set(input);
  interpreter.run();
  return bytesOf(interpreter.outputs[0]?.data as Int8Array);
}

function wrongOutputs(graph: Graph, golden: GoldenModel, inputs: InputsName): readonly string[] {
  const interpreter = createInterpreter(graph);
  return Array.from(samplesOf(golden, inputs)).flatMap(({ sample, input, expected }) => {
    const output = outputOf(interpreter, input);
    return output.join() === expected.join() ? [] : [`sample ${sample}: ${output.join()}`];
  });
}

function wrongIntermediates(
  graph: Graph,
  golden: GoldenModel,
  crcs: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const interpreter = createInterpreter(graph, { keepIntermediates: true });
  return Array.from(samplesOf(golden, "inputs")).flatMap(({ sample, input }) => {
    outputOf(interpreter, input);
    return Object.entries(crcs).flatMap(([id, expected]) => {
      const { name, data } = interpreter.tensor(Number(id) as TensorId);
      const crc = crc32(bytesOf(data)).toString(16).padStart(8, "0");
      return crc === expected[sample] ? [] : [`sample ${sample}: tensor %${id} "${name}"`];
    });
  });
}
