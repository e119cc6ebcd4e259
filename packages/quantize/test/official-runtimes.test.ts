import { describe, expect, test } from "vitest";
import type { Graph } from "@smidgen/graph";
import { calibrate, type Int8Options, int8Scheme, quantizeGraph } from "@smidgen/quantize";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";
import { samplesOf } from "./samples.ts";
import { deadLayers, everyOperator, studyNetwork } from "./networks.ts";

const runtimes = [
  ["TensorFlow Lite", loadTfliteRuntime],
  ["LiteRT", loadLiteRt],
] as const;

const networks: readonly (readonly [string, Graph, Int8Options])[] = [
  ["the study's network", studyNetwork(), {}],
  ["the study's network, dense per channel", studyNetwork(), { denseWeights: "per-channel" }],
  ["the study's network, convolutions per tensor", studyNetwork(), { convWeights: "per-tensor" }],
  ["the study's network, float outside", studyNetwork(), { inputsAndOutputs: "float32" }],
  ["every operator", everyOperator(), {}],
  ["dead layers", deadLayers(), {}],
  ["dead layers, dense per channel", deadLayers(), { denseWeights: "per-channel" }],
];

describe.each(runtimes)(
  "%s accepts quantized graphs and computes what ours computes",
  (_, load) => {
    test.each(networks)("%s", async (__, float, options) => {
      const ranges = calibrate(float, samplesOf(float, 1, 20));
      const graph = quantizeGraph(float, ranges, int8Scheme(options));
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
