import { describe, expect, test } from "vitest";
import { type Graph, graphBuilder, type TensorId } from "@smidgen/graph";
import { calibrate, quantizeGraph, type Scheme } from "@smidgen/quantize";
import { createInterpreter, dequantize, quantizeInto, type TensorView } from "@smidgen/runtime";
import { bytesOf, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";

const depth = 3;
const units = 4;

/** An LSTM over so many steps of 3 numbers, with 4 units. */
function lstm(steps: number, timeMajor = false): Graph {
  const b = graphBuilder("lstm");
  const random = floats(5);
  const constant = (name: string, columns: number, scale: number) =>
    b.constant(name, {
      type: "float32",
      shape: columns === 0 ? [units] : [units, columns],
      data: random(units * (columns || 1), scale),
    });
  const gates = ["input", "forget", "cell", "output"];
  const shape = timeMajor ? [steps, 1, depth] : [1, steps, depth];
  const x = b.input("x", { type: "float32", shape });
  const fromInput = gates.map((gate) => constant(`${gate}/kernel`, depth, 1.5));
  const fromState = gates.map((gate) => constant(`${gate}/recurrent`, units, 0.8));
  const biases = gates.map((gate) => constant(`${gate}/bias`, 0, 0.5));
  const state = (name: string) => b.variable(name, { type: "float32", shape: [1, units] });
  const none = undefined;
  const [w0, w1, w2, w3] = fromInput as [TensorId, TensorId, TensorId, TensorId];
  const [r0, r1, r2, r3] = fromState as [TensorId, TensorId, TensorId, TensorId];
  const [b0, b1, b2, b3] = biases as [TensorId, TensorId, TensorId, TensorId];
  const y = b.op(
    "unidirectional-sequence-lstm",
    [
      x,
      w0,
      w1,
      w2,
      w3,
      r0,
      r1,
      r2,
      r3,
      none,
      none,
      none,
      b0,
      b1,
      b2,
      b3,
      none,
      none,
      state("hidden"),
      state("cell"),
      none,
      none,
      none,
      none,
    ],
    {
      activation: "tanh",
      cellClip: 0,
      projectionClip: 0,
      timeMajor,
      asymmetricQuantizeInputs: false,
      intermediates: [],
    },
    { name: "y", type: "float32" },
  );
  return b.build([y]);
}

/** An SVDF with 3 numbers in, 2 units of rank 2, and a memory of 5. */
function svdf(): Graph {
  const b = graphBuilder("svdf");
  const random = floats(6);
  const x = b.input("x", { type: "float32", shape: [1, depth] });
  const constant = (name: string, rows: number, columns: number) =>
    b.constant(name, {
      type: "float32",
      shape: columns === 0 ? [rows] : [rows, columns],
      data: random(rows * (columns || 1), 1),
    });
  const state = b.variable("state", { type: "float32", shape: [1, 20] });
  const y = b.op(
    "svdf",
    [x, constant("feature", 4, depth), constant("time", 4, 5), constant("bias", 2, 0), state],
    { rank: 2, activation: "relu", asymmetricQuantizeInputs: false },
    { name: "y", type: "float32" },
  );
  return b.build([y]);
}

const sequences = (count: number, steps: number, scale = 2) =>
  Array.from({ length: count }, (_, i) => floats(i + 1)(steps * depth, scale));

describe("LSTM", () => {
  test("states are seen at every step: as in a network that sees one step at a time", () => {
    const samples = sequences(4, 6);
    const steps = samples.flatMap((sample) =>
      Array.from({ length: 6 }, (_, i) => sample.subarray(i * depth, (i + 1) * depth)),
    );
    const { tensors } = calibrate(lstm(6), samples);
    expect(tensors).toEqual(calibrate(lstm(1), steps).tensors);
    expect(calibrate(lstm(6, true), samples).tensors).toEqual(tensors);
    expect(Object.keys(tensors)).toEqual(["x", "y", "hidden", "cell"]);
  });

  test("forgets before each sample if asked to", () => {
    const [sample] = sequences(1, 6);
    const once = calibrate(lstm(6), [sample as Float32Array]).tensors;
    const again = [sample, sample, sample] as Float32Array[];
    expect(calibrate(lstm(6), again, { resetState: true }).tensors).toEqual(once);
    expect(calibrate(lstm(6), again).tensors).not.toEqual(once);
  });

  test("is stored as the specification says", () => {
    const float = lstm(6);
    const ranges = calibrate(float, sequences(8, 6));
    const { tensors, ops } = quantizeGraph(float, ranges);
    const stored = (name: string) => tensors.find((tensor) => tensor.name === name);
    expect(stored("cell")).toMatchObject({ type: "int16", quantization: { zeroPoint: 0 } });
    const cell = Math.max(...Object.values(ranges.tensors["cell"] ?? {}).map(Math.abs));
    const cellQuantization = stored("cell")?.quantization;
    const cellScale = cellQuantization?.kind === "per-tensor" ? cellQuantization.scale : Number.NaN;
    expect(Number.isInteger(Math.log2(cellScale))).toBe(true);
    expect(cellScale * 32_768).toBeGreaterThanOrEqual(cell);
    expect(cellScale * 32_768).toBeLessThan(Math.max(1, 2 * cell));
    expect(stored("hidden")?.quantization).toEqual(stored("y")?.quantization);
    expect(stored("effective_hidden_scale_intermediate")?.quantization).toEqual(
      stored("y")?.quantization,
    );
    expect(ops[0]?.options).toMatchObject({ intermediates: { length: 5 } });
  });

  test.each([1, 6])(
    "over %d steps: ours is TensorFlow Lite's, and close to the floats",
    async (steps) => {
      const float = lstm(steps);
      const { samples, tensors } = calibrate(float, sequences(20, steps));
      // That build subtracts the output's zero point where it should add it (see docs/numerics.md): none, then.
      const y = { min: -1, max: 1, scale: 2 ** -7, zeroPoint: 0 };
      const graph = quantizeGraph(float, { samples, tensors: { ...tensors, y } });
      const { isSame, error } = await compareWithOfficial(float, graph, sequences(5, steps));
      expect(isSame).toBe(true);
      expect(error).toBeLessThan(0.06);
    },
  );

  test.each([
    ["16-bit activations", { default: "int16x8" }, /it knows no 16-bit activations/],
    ["a projection", { default: "int8" }, /operator 0 .* it has a projection/],
  ] as const)("%s: refused", (what, scheme, message) => {
    const float = lstm(2);
    const [op] = float.ops;
    const inputs = [...(op?.inputs ?? [])];
    const tensors = [...float.tensors];
    if (what === "a projection") {
      inputs[16] = (tensors.push({
        ...(tensors[5] as (typeof tensors)[number]),
        name: "projection",
        shape: [units, units],
        data: new Float32Array(units * units),
      }) - 1) as TensorId;
    }
    const graph = { ...float, tensors, ops: [{ ...op, inputs }] } as unknown as Graph;
    expect(() => quantizeGraph(graph, { samples: 0, tensors: {} }, scheme as Scheme)).toThrow(
      expect.objectContaining({
        code: "unsupported-operator",
        message: expect.stringMatching(message),
      }),
    );
  });

  test("stays in float in the middle of integers", () => {
    const float = lstm(6);
    const ranges = calibrate(float, sequences(4, 6));
    const scheme: Scheme = {
      default: "int8",
      operators: { "*lstm": "float32" },
      inputs: "int8",
      outputs: "int8",
    };
    const { ops, tensors } = quantizeGraph(float, ranges, scheme);
    expect(ops.map(({ kind }) => kind)).toEqual([
      "dequantize",
      "unidirectional-sequence-lstm",
      "quantize",
    ]);
    expect(tensors.find(({ name }) => name === "cell")?.type).toBe("float32");
  });
});

describe("SVDF", () => {
  test("weights over time have ten bits, the state sixteen", () => {
    const float = svdf();
    const samples = sequences(30, 1);
    const { tensors } = quantizeGraph(float, calibrate(float, samples));
    const stored = (name: string) => tensors.find((tensor) => tensor.name === name);
    const time = stored("time")?.data as Int16Array;
    expect(Math.max(...time.map(Math.abs))).toBe(512);
    expect(stored("state")).toMatchObject({ type: "int16", isVariable: true });
    expect(stored("bias")?.type).toBe("int32");
    expect(stored("feature")?.type).toBe("int8");
  });

  test("ours is TensorFlow Lite's, and close to the floats", async () => {
    const float = svdf();
    const graph = quantizeGraph(float, calibrate(float, sequences(50, 1)));
    const { isSame, error } = await compareWithOfficial(float, graph, sequences(20, 1));
    expect(isSame).toBe(true);
    expect(error).toBeLessThan(0.25);
  });
});

/** One sample after the other, without forgetting: whether all integers are equal, and the largest error. */
async function compareWithOfficial(
  float: Graph,
  graph: Graph,
  samples: readonly Float32Array[],
): Promise<{ readonly isSame: boolean; readonly error: number }> {
  const reference = createInterpreter(float);
  const ours = createInterpreter(graph, { rounding: "single" });
  const official = await loadTfliteRuntime(writeTflite(graph));
  const [input, output, exact] = [
    ours.inputs[0],
    ours.outputs[0],
    reference.outputs[0],
  ] as readonly TensorView[] as readonly [TensorView, TensorView, TensorView];
  const results = samples.map((sample) => {
    quantizeInto(reference.inputs[0] as TensorView, sample);
    quantizeInto(input, sample);
    const [theirs] = official.run([input.data]);
    reference.run();
    ours.run();
    const errors = Array.from(dequantize(output), (value, i) =>
      Math.abs(value - Number(exact.data[i])),
    );
    const isSame = Buffer.from(bytesOf(output.data)).equals(theirs as Uint8Array);
    return { isSame, error: Math.max(...errors) };
  });
  return {
    isSame: results.every(({ isSame }) => isSame),
    error: Math.max(...results.map(({ error }) => error)),
  };
}
