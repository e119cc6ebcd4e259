import path from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, test } from "vitest";
import { type Graph, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import { findUnsupported } from "@smidgen/kernels";
import { createInterpreter, type Interpreter, planMemory } from "@smidgen/runtime";
import { announceSkipped, bytesOf, type GoldenModel, goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";

const own = goldenModels(path.join(import.meta.dirname, "golden"));
const shared = goldenModels().filter(({ name }) => own.every((model) => model.name !== name));

const cases = [...own, ...shared].flatMap((golden) => {
  const graph = readIfSupported(golden);
  if (graph === undefined) return [];
  const { name } = golden;
  return [{ name, golden, graph, precision: toleranceOf(graph) || "exact" }];
});
const withGentleInputs = cases.filter(({ golden }) => golden.file("outputs_smooth.bin"));
const exactToTheEnd = cases.filter(({ precision }) => precision === "exact");
const withState = cases.filter(({ golden }) => golden.meta.stateful);
const withoutState = cases.filter(({ golden }) => !golden.meta.stateful);

describe("outputs are those of TensorFlow Lite Micro", () => {
  test.each(cases)("$name ($precision)", ({ golden, graph }) => {
    expect(wrongOutputs(graph, golden, "outputs.bin")).toEqual([]);
  });

  test.each(withGentleInputs)("$name with gentler inputs ($precision)", ({ golden, graph }) => {
    expect(wrongOutputs(graph, golden, "outputs_smooth.bin")).toEqual([]);
  });

  test.each(withState)("$name with state that goes on ($precision)", ({ golden, graph }) => {
    expect(wrongOutputs(graph, golden, "outputs_stream.bin")).toEqual([]);
  });
});

test.each(exactToTheEnd)("every intermediate tensor of $name is exact", ({ golden, graph }) => {
  const crcs = golden.meta["tensor_crc32"] as Readonly<Record<string, readonly string[]>>;
  expect(Object.keys(crcs).length).toBeGreaterThan(graph.ops.length);
  expect(wrongIntermediates(graph, golden, crcs)).toEqual([]);
});

describe("the arena", () => {
  test.each(withoutState)(
    "of $name is laid out as in TensorFlow Lite Micro",
    ({ golden, graph }) => {
      const expected = golden.meta.tensors.filter((tensor) => tensor.arena_offset >= 0);
      expect(planMemory(graph).tensors.map(({ id, offsetBytes }) => [id, offsetBytes])).toEqual(
        expected.map((tensor) => [tensor.i, tensor.arena_offset]),
      );
    },
  );

  // There variables lie outside, and operators take memory that ours do without.
  test.each(withState)("of $name is no larger than there, with its state", ({ golden, graph }) => {
    const recording = golden.meta["recording_x86_64"] as {
      readonly head_nonpersistent: number;
      readonly variable_buffers: { readonly used: number };
    };
    expect(planMemory(graph).arenaBytes).toBeLessThanOrEqual(
      recording.head_nonpersistent + recording.variable_buffers.used,
    );
    const { arenaBytes, tensors } = planMemory(graph, { variablesOutside: true });
    expect(arenaBytes).toBeLessThanOrEqual(recording.head_nonpersistent);
    expect(tensors.filter(({ id }) => tensorOf(graph, id).isVariable)).toEqual([]);
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

/** Of float LSTMs, how e^x and tanh are rounded is up to the C library; all else is exact. */
function toleranceOf(graph: Graph): number {
  const isFloatLstm = ({ kind, inputs }: Op) =>
    kind === "unidirectional-sequence-lstm" && tensorOf(graph, inputs[0]).type === "float32";
  return graph.ops.some(isFloatLstm) ? 1e-5 : 0;
}

type OutputsName = "outputs.bin" | "outputs_smooth.bin" | "outputs_stream.bin";

function* samplesOf(golden: GoldenModel, outputs: OutputsName) {
  const inputs = outputs === "outputs_smooth.bin" ? "inputs_smooth.bin" : "inputs.bin";
  const values = golden.file(inputs) as Uint8Array;
  const expected = golden.file(outputs) as Uint8Array<ArrayBuffer>;
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

function wrongOutputs(graph: Graph, golden: GoldenModel, outputs: OutputsName): readonly string[] {
  const interpreter = createInterpreter(graph);
  const tolerance = toleranceOf(graph);
  return Array.from(samplesOf(golden, outputs)).flatMap(({ sample, input, expected }) => {
    if (outputs !== "outputs_stream.bin") interpreter.reset();
    const output = outputOf(interpreter, input);
    const isRight =
      tolerance === 0 ? output.join() === expected.join() : areClose(output, expected, tolerance);
    return isRight ? [] : [`sample ${sample}: ${output.join()}`];
  });
}

/** Whether two arrays of float32, as bytes, differ by no more than `tolerance` × the larger of each pair, or 10⁻⁷. */
function areClose(a: Uint8Array, b: Uint8Array, tolerance: number): boolean {
  const [x, y] = [a, b].map((bytes) => new Float32Array(bytes.slice().buffer)) as [
    Float32Array,
    Float32Array,
  ];
  return x.every((value, i) => {
    const other = y[i] as number;
    const larger = Math.max(Math.abs(value), Math.abs(other));
    return Math.abs(value - other) <= Math.max(tolerance * larger, 1e-7);
  });
}

function wrongIntermediates(
  graph: Graph,
  golden: GoldenModel,
  crcs: Readonly<Record<string, readonly string[]>>,
): readonly string[] {
  const interpreter = createInterpreter(graph, { keepIntermediates: true });
  return Array.from(samplesOf(golden, "outputs.bin")).flatMap(({ sample, input }) => {
    interpreter.reset();
    outputOf(interpreter, input);
    return Object.entries(crcs).flatMap(([id, expected]) => {
      const { name, data } = interpreter.tensor(Number(id) as TensorId);
      const crc = crc32(bytesOf(data)).toString(16).padStart(8, "0");
      return crc === expected[sample] ? [] : [`sample ${sample}: tensor %${id} "${name}"`];
    });
  });
}
