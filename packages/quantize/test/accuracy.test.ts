import { expect, test } from "vitest";
import { elementCount, type Graph } from "@smidgen/graph";
import { calibrate, quantizeGraph, type Scheme } from "@smidgen/quantize";
import { createInterpreter, dequantize, quantizeInto, type TensorView } from "@smidgen/runtime";
import { deadLayers, everyOperator, studyNetwork } from "./networks.ts";
import { samplesOf } from "./samples.ts";

test.each<[name: string, graph: Graph, options: Partial<Scheme>]>([
  ["the study's network", studyNetwork(), {}],
  ["the study's network, per tensor", studyNetwork(), { convWeights: "per-tensor" }],
  ["the study's network, per channel", studyNetwork(), { denseWeights: "per-channel" }],
  ["every operator", everyOperator(), {}],
  ["dead layers", deadLayers(), {}],
  ["dead layers, per channel", deadLayers(), { denseWeights: "per-channel" }],
])("%s: integers stay close to the floats", (_, float, options) => {
  const samples = samplesOf(float, 1, 30);
  const ranges = calibrate(float, samples);
  const reference = createInterpreter(float);
  const integers = createInterpreter(quantizeGraph(float, ranges, { default: "int8", ...options }));
  const errors = reference.outputs.map(() => ({ squaredError: 0, squares: 0, count: 0 }));
  for (const sample of samples) {
    for (const [i, values] of sample.entries()) {
      quantizeInto(reference.inputs[i] as TensorView, values);
      quantizeInto(integers.inputs[i] as TensorView, values);
    }
    reference.run();
    integers.run();
    for (const [i, output] of reference.outputs.entries()) {
      const ours = dequantize(integers.outputs[i] as TensorView);
      const total = errors[i] as (typeof errors)[number];
      total.count += elementCount(output.shape);
      for (const [j, value] of (output.data as Float32Array).entries()) {
        total.squaredError += (value - (ours[j] ?? Number.NaN)) ** 2;
        total.squares += value ** 2;
      }
    }
  }
  for (const { squaredError, squares, count } of errors) {
    expect(Math.sqrt(squaredError / count)).toBeLessThanOrEqual(
      0.03 * Math.sqrt(squares / count) + 1e-6,
    );
  }
});
