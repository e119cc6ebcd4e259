import { describe, expect, test } from "vitest";
import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { calibrate, compareLayers, equaliseLayers, quantizeGraph } from "@smidgen/quantize";
import { goldenModels } from "@smidgen/testing";
import { readTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";
import { everyOperator, studyNetwork } from "./networks.ts";
import { samplesOf } from "./samples.ts";

const golden = new Map(goldenModels().map(({ name, model }) => [name, model]));
const graphOf = (name: string) => readTflite(golden.get(name) as Uint8Array, { name });

const renamed = (graph: Graph, nameOf: (name: string, id: number) => string): Graph => ({
  ...graph,
  tensors: graph.tensors.map((tensor, id) => ({ ...tensor, name: nameOf(tensor.name, id) })),
});

describe.skipIf(golden.size === 0)("a network that TensorFlow's converter quantized", () => {
  const float = graphOf("ad01_fp32");
  const quantized = graphOf("ad01_int8");
  const samples = Array.from({ length: 4 }, (_, i) => floats(i + 1)(640, 20).map((x) => x - 20));
  const comparison = compareLayers(float, quantized, samples);

  test("is compared in every tensor", () => {
    expect(comparison.unmatched).toEqual({ float: [], quantized: [] });
    expect(comparison.tensors).toHaveLength(11);
    expect(comparison.layers).toHaveLength(10);
    for (const { name, floatName, matchedBy } of comparison.tensors) {
      expect({ floatName, matchedBy }).toEqual({ floatName: name, matchedBy: "name" });
    }
  });

  test("is compared alike if its names say nothing", () => {
    const scrambled = compareLayers(
      float,
      renamed(quantized, (_, id) => `t${(id * 7) % 32}`),
      samples,
    );
    const figures = ({ tensors }: typeof comparison) =>
      tensors.map(({ floatName, accumulated }) => ({ floatName, accumulated }));
    expect(figures(scrambled)).toEqual(figures(comparison));
    expect(scrambled.tensors.filter(({ matchedBy }) => matchedBy === "name")).toEqual([]);
  });

  test("loses more than each of its layers does alone", () => {
    const own = comparison.layers.map(({ own: { sqnrDb } }) => sqnrDb);
    expect(Math.min(...own)).toBeGreaterThan(15);
    expect(comparison.scores.sqnrDb).toBeLessThan(Math.max(...own));
    expect(comparison.layers.reduce((sum, { costShare }) => sum + costShare, 0)).toBeCloseTo(1);
  });
});

describe.skipIf(golden.size === 0)("other files of the converter", () => {
  test("a recurrent network is compared, and its state is left alone", () => {
    const float = graphOf("trained_lstm");
    const { unmatched, layers, scores } = compareLayers(
      float,
      graphOf("trained_lstm_int8"),
      samplesOf(float, 1, 4),
    );
    expect(unmatched).toEqual({ float: [], quantized: [] });
    expect(layers.map(({ kind }) => kind)).not.toContain("unidirectional-sequence-lstm");
    expect(scores).toMatchObject({ agreement: 1 });
  });

  test("a network that was trained anew is told from one that was quantized", () => {
    const float = graphOf("hello_world_float");
    const samples = samplesOf(float, 1, 4);
    const { otherWeights } = compareLayers(float, graphOf("hello_world_int8"), samples);
    expect(otherWeights).toContain("sequential/dense_1/MatMul");
    const ad01 = graphOf("ad01_fp32");
    const same = compareLayers(ad01, graphOf("ad01_int8"), samplesOf(ad01, 1, 1));
    expect(same.otherWeights).toEqual([]);
  });
});

function doubling(): { float: Graph; quantized: Graph } {
  const float = studyNetwork();
  return { float, quantized: quantizeGraph(float, calibrate(float, samplesOf(float, 1, 8))) };
}

test("errors are those of the definition", () => {
  const { float, quantized } = doubling();
  const image = samplesOf(float, 9, 1)[0] as Float32Array[];
  const { tensors } = compareLayers(float, quantized, [image]);
  const input = tensors.find(({ floatName }) => floatName === "image");
  const { quantization } = tensorOf(quantized, quantized.inputs[0] as TensorId);
  if (quantization?.kind !== "per-tensor") throw new Error("not quantized");
  const { scale, zeroPoint } = quantization;
  const [x] = image as [Float32Array];
  const y = x.map((value) => {
    const stored = Math.round(value / scale) + zeroPoint;
    return (Math.min(127, Math.max(-128, stored)) - zeroPoint) * scale;
  });
  const sum = (f: (a: number, b: number) => number) =>
    x.reduce((total, value, i) => total + f(value, y[i] as number), 0);
  expect(input?.accumulated.sqnrDb).toBeCloseTo(
    10 * Math.log10(sum((a) => a * a) / sum((a, b) => (a - b) ** 2)),
    4,
  );
  expect(input?.accumulated.cosine).toBeCloseTo(
    sum((a, b) => a * b) / Math.sqrt(sum((a) => a * a) * sum((_, b) => b * b)),
    8,
  );
  expect(input?.accumulated.maxError).toBeCloseTo(
    Math.max(...x.map((value, i) => Math.abs(value - (y[i] as number)))),
    6,
  );
});

test("what lies outside of the stored range is counted", () => {
  const float = studyNetwork();
  const samples = samplesOf(float, 1, 8);
  const ranges = calibrate(float, samples);
  const narrow = { min: 0, max: (ranges.tensors["conv"]?.max ?? 0) / 4 };
  const quantized = quantizeGraph(float, {
    ...ranges,
    tensors: { ...ranges.tensors, conv: narrow },
  });
  const { tensors, findings } = compareLayers(float, quantized, samples);
  const share = (name: string) =>
    tensors.find(({ floatName }) => floatName === name)?.accumulated.saturatedShare;
  expect(share("conv")).toBeGreaterThan(0.05);
  expect(share("image")).toBe(0);
  expect(findings[0]?.tensor).toBe("conv");
});

test("float borders and copies are looked through; own errors are small and add up", () => {
  const float = everyOperator();
  const samples = samplesOf(float, 1, 12);
  const scheme = { default: "int8", inputs: "float32", outputs: "float32" } as const;
  const quantized = quantizeGraph(float, calibrate(float, samples), scheme);
  const { unmatched, layers, tensors } = compareLayers(float, quantized, samples);
  expect(unmatched).toEqual({ float: [], quantized: [] });
  expect(layers.length).toBe(quantized.ops.length);
  for (const { own } of layers) expect(own.sqnrDb).toBeGreaterThan(20);
  for (const { accumulated } of tensors) expect(accumulated.sqnrDb).toBeGreaterThan(15);
});

test("channels that were equalised are compared with float ones of the same size", () => {
  const float = studyNetwork();
  const samples = samplesOf(float, 1, 8);
  const loud = float.tensors.map((tensor) =>
    tensor.name === "conv/filter"
      ? { ...tensor, data: (tensor.data as Float32Array).map((w, i) => w * 4 ** Math.floor(i / 9)) }
      : tensor,
  );
  const unlike = { ...float, tensors: loud };
  const equalised = equaliseLayers(unlike, { balance: "weights" });
  const quantized = quantizeGraph(equalised, calibrate(equalised, samples));
  const figures = (graph: Graph) =>
    compareLayers(graph, quantized, samples).tensors.map(({ accumulated }) => accumulated.sqnrDb);
  const expected = figures(equalised);
  for (const [i, sqnrDb] of figures(unlike).entries()) {
    expect(Math.abs(sqnrDb - (expected[i] as number))).toBeLessThan(1);
  }
});

test("a network compared with itself differs nowhere", () => {
  const float = studyNetwork();
  const { tensors, scores, findings } = compareLayers(float, float, samplesOf(float, 1, 3));
  for (const { accumulated } of tensors) {
    expect(accumulated).toMatchObject({ sqnrDb: Infinity, cosine: 1, maxError: 0 });
  }
  expect(scores).toMatchObject({ sqnrDb: Infinity, noiseToSignal: 0, agreement: 1 });
  expect(findings).toEqual([]);
});

test.each<[problem: string, code: string, run: (float: Graph, quantized: Graph) => unknown]>([
  ["no sample", "no-samples", (float, quantized) => compareLayers(float, quantized, [])],
  [
    "a sample of another size",
    "wrong-sample",
    (float, quantized) => compareLayers(float, quantized, [new Float32Array(3)]),
  ],
  [
    "an input that is not a number",
    "not-finite",
    (float, quantized) => compareLayers(float, quantized, [new Float32Array(784).fill(Number.NaN)]),
  ],
  [
    "another network",
    "different-networks",
    (float) => compareLayers(float, everyOperator(), samplesOf(float, 1, 1)),
  ],
])("%s is refused", (_, code, run) => {
  const { float, quantized } = doubling();
  expect(() => run(float, quantized)).toThrow(expect.objectContaining({ code }));
});
