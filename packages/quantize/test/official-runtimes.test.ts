import { describe, expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { type Graph, type Tensor, tensorOf } from "@smidgen/graph";
import { calibrate, quantizeGraph, type Scheme } from "@smidgen/quantize";
import { createInterpreter, type Interpreter } from "@smidgen/runtime";
import { bytesOf, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";
import { samplesOf } from "./samples.ts";
import { deadLayers, everyOperator, movingNetwork, studyNetwork } from "./networks.ts";
import { inputsOf, officialRanges } from "./official-ranges.ts";

const runtimes = [
  ["TensorFlow Lite", loadTfliteRuntime],
  ["LiteRT", loadLiteRt],
] as const;

const networks: readonly (readonly [string, Graph, Partial<Scheme>])[] = [
  ["the study's network", studyNetwork(), {}],
  ["the study's network, dense per channel", studyNetwork(), { denseWeights: "per-channel" }],
  ["the study's network, convolutions per tensor", studyNetwork(), { convWeights: "per-tensor" }],
  ["the study's network, float outside", studyNetwork(), { inputs: "float32", outputs: "float32" }],
  ["every operator", everyOperator(), {}],
  ["dead layers", deadLayers(), {}],
  ["dead layers, dense per channel", deadLayers(), { denseWeights: "per-channel" }],
];

describe.each(runtimes)(
  "%s accepts quantized graphs and computes what ours computes",
  (_, load) => {
    test.each(networks)("%s", async (__, float, options) => {
      const ranges = calibrate(float, samplesOf(float, 1, 20));
      const graph = quantizeGraph(float, ranges, { default: "int8", ...options });
      const interpreter = createInterpreter(graph, { rounding: "single" });
      const official = await load(writeTflite(graph));
      for (let run = 0; run < 5; run++) {
        for (const { data } of interpreter.inputs) {
          const random = floats(run + 1)(data.length, 1);
          for (const [i, value] of random.entries()) {
            data[i] = data instanceof Float32Array ? value : Math.round(value * 127);
          }
        }
        const expected = official.run(interpreter.inputs.map(({ data }) => data));
        interpreter.run();
        for (const [i, { data }] of interpreter.outputs.entries()) {
          expect(bytesOf(data)).toEqual(expected[i]);
        }
      }
    });
  },
);

// Its ranges come from an official runtime, since not all of its operators have float kernels here.
describe("a network that moves values about, on integers", async () => {
  const float = movingNetwork();
  const scheme: Scheme = { default: "int8", inputs: "float32", outputs: "float32" };
  const graph = quantizeGraph(float, await officialRanges(float, 20), scheme);
  const interpreter = interpreterOf(graph);
  const samples = [101, 102, 103, 104].map((seed) => inputsOf(float, seed));

  test.each(runtimes)("%s accepts it, and comes close to what it is on floats", async (_, load) => {
    const [exact, rounded] = [await load(writeTflite(float)), await load(writeTflite(graph))];
    const outputs = samples.map((sample) => [exact.run(sample), rounded.run(sample)] as const);
    for (const [i, id] of float.outputs.entries()) {
      const tensor = tensorOf(float, id);
      const numbers = (from: 0 | 1) =>
        outputs.flatMap((pair) => numbersOf(pair[from][i] as Uint8Array, tensor));
      const [expected, actual] = [numbers(0), numbers(1)];
      const errors = actual.map((value, j) => value - (expected[j] as number));
      expect(rootMeanSquare(errors)).toBeLessThan(0.05 * rootMeanSquare(expected));
    }
  });

  test.skipIf(interpreter === undefined)(
    "ours computes what TensorFlow Lite computes",
    async () => {
      const { inputs, outputs, run } = interpreter as Interpreter;
      const official = await loadTfliteRuntime(writeTflite(graph));
      for (const sample of samples) {
        for (const [i, { data }] of inputs.entries()) data.set(sample[i] as never);
        run();
        expect(outputs.map(({ data }) => bytesOf(data))).toEqual(official.run(sample));
      }
    },
  );
});

/** Nothing while kernels of the graph's operators are missing. */
function interpreterOf(graph: Graph): Interpreter | undefined {
  try {
    return createInterpreter(graph, { rounding: "single" });
  } catch (error) {
    if (error instanceof UserError && error.code === "unsupported-operator") return undefined;
    throw error;
  }
}

function numbersOf(bytes: Uint8Array, { type }: Tensor): readonly number[] {
  const { buffer } = bytes.slice();
  return [...(type === "int32" ? new Int32Array(buffer) : new Float32Array(buffer))];
}

function rootMeanSquare(values: readonly number[]): number {
  return Math.hypot(...values) / Math.sqrt(values.length);
}
