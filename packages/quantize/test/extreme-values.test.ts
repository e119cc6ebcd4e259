import { describe, expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { type Graph, graphBuilder, type Shape } from "@smidgen/graph";
import { calibrate, type CalibrationMethod, quantizeGraph, type Scheme } from "@smidgen/quantize";
import { createInterpreter, dequantize, quantizeInto, type TensorView } from "@smidgen/runtime";
import { loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { floats } from "./floats.ts";

interface Sizes {
  readonly input: number;
  readonly weights: number;
  readonly bias: number;
}

/** A 1×1 convolution of 4×4 cells with 2 channels, whose first one may be dead, behind it a dense layer. */
function network({ input, weights, bias }: Sizes, isFirstDead = false): Graph {
  const b = graphBuilder("extremes");
  const random = floats(11);
  const constant = (name: string, shape: Shape, scale: number, isDead = false) => {
    const data = random(
      shape.reduce((x, y) => x * y, 1),
      scale,
    );
    if (isDead) data.fill(0, 0, data.length / (shape[0] as number));
    return b.constant(name, { type: "float32", shape, data });
  };
  const out = (name: string) => ({ name, type: "float32" }) as const;
  const x = b.input("x", { type: "float32", shape: [1, 4, 4, 2] });
  const window = {
    padding: "valid",
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    activation: "relu",
  } as const;
  const conv = b.op(
    "conv-2d",
    [x, constant("w", [3, 1, 1, 2], weights, isFirstDead), constant("b", [3], bias, isFirstDead)],
    window,
    out("conv"),
  );
  const flat = b.op("reshape", [conv, undefined], { newShape: [1, 48] }, out("flat"));
  const y = b.op(
    "fully-connected",
    [flat, constant("v", [2, 48], weights), constant("c", [2], bias)],
    { activation: "none", keepNumDims: false },
    out("y"),
  );
  return { ...b.build([y]), name: `extremes ${input}` };
}

const samplesOf = (scale: number, count = 10) =>
  Array.from({ length: count }, (_, i) => floats(i + 1)(32, scale));

/** Refused with a code, or run: whether both official runtimes compute what ours does, and our error against the floats. */
async function outcome(sizes: Sizes, scheme: Scheme, isFirstDead = false) {
  const float = network(sizes, isFirstDead);
  const samples = samplesOf(sizes.input);
  let graph: Graph;
  let range: number;
  try {
    const ranges = calibrate(float, samples);
    graph = quantizeGraph(float, ranges, scheme);
    const { min, max } = ranges.tensors["y"] as { min: number; max: number };
    range = Math.max(0, max) - Math.min(0, min);
  } catch (error) {
    if (error instanceof UserError) return { refused: error.code };
    throw error;
  }
  const reference = createInterpreter(float);
  const ours = createInterpreter(graph, { rounding: "single" });
  const bytes = writeTflite(graph);
  const officials = [await loadTfliteRuntime(bytes), await loadLiteRt(bytes)];
  const [exact, input, output] = [reference.outputs[0], ours.inputs[0], ours.outputs[0]].map(
    (view) => view as TensorView,
  ) as [TensorView, TensorView, TensorView];
  let isSame = true;
  let error = 0;
  for (const sample of samples) {
    quantizeInto(reference.inputs[0] as TensorView, sample);
    quantizeInto(input, sample);
    const results = officials.map((official) => official.run([input.data])[0]);
    reference.run();
    ours.run();
    for (const [i, theirs] of results.entries()) {
      const { buffer } = (theirs as Uint8Array).slice();
      const stored = output.type === "int16" ? new Int16Array(buffer) : new Int8Array(buffer);
      // The older TensorFlow Lite, first in the list, rounds sums of 16-bit activations otherwise.
      const allowed = output.type === "int16" && i === 0 ? 1 : 0;
      isSame &&= stored.every((value, j) => Math.abs(value - Number(output.data[j])) <= allowed);
    }
    for (const [i, value] of dequantize(output).entries()) {
      error = Math.max(error, Math.abs(value - Number(exact.data[i])) / (range + 2e-6));
    }
  }
  return { isSame, isClose: error < 0.05 };
}

const ordinary: Sizes = { input: 1, weights: 1, bias: 0.1 };
const right = { isSame: true, isClose: true };
const schemes: readonly Scheme[] = [
  { default: "int8" },
  { default: "int8", converter: "mlir", denseWeights: "per-channel" },
  { default: "int16x8" },
];

describe.each(schemes.map((scheme) => [JSON.stringify(scheme), scheme] as const))(
  "%s",
  (_, scheme) => {
    test.each<[what: string, sizes: Partial<Sizes>]>([
      ["ordinary values", {}],
      ["inputs of 1e-3", { input: 1e-3, bias: 1e-4 }],
      ["inputs of 1e10", { input: 1e10, bias: 1e9 }],
      ["weights of 1e-6", { weights: 1e-6, bias: 0 }],
      ["weights of 1e-30", { weights: 1e-30, bias: 0 }],
      ["weights of 1e-30 beside a bias", { weights: 1e-30 }],
      ["weights of 1e10", { weights: 1e10, bias: 1e9 }],
      ["inputs of 1e-30", { input: 1e-30, bias: 0 }],
      ["inputs of 1e-30 beside a bias", { input: 1e-30 }],
      ["inputs of 1e-30 and weights of 1e-30", { input: 1e-30, weights: 1e-30, bias: 0 }],
      ["a bias of 1e6", { bias: 1e6 }],
    ])("%s: all runtimes agree, and come close to the floats", async (__, sizes) => {
      expect(await outcome({ ...ordinary, ...sizes }, scheme)).toEqual(right);
    });

    // "mlir" takes weights below 5·10⁻⁷ for nothing.
    test("inputs of 1e30 and weights of 1e-30", async () => {
      const result = await outcome({ ...ordinary, input: 1e30, weights: 1e-30 }, scheme);
      expect(result).toEqual({ isSame: true, isClose: scheme.converter !== "mlir" });
    });

    test.each<[what: string, sizes: Partial<Sizes>]>([
      ["inputs of 1e30", { input: 1e30 }],
      ["weights of 1e30", { weights: 1e30 }],
      ["a bias of 1e30", { bias: 1e30 }],
      ["inputs of 3e38", { input: 3e38 }],
    ])("%s: refused, or all runtimes agree", async (__, sizes) => {
      const result = await outcome({ ...ordinary, ...sizes }, scheme);
      expect("refused" in result ? result.refused : result.isSame).toBeOneOf([
        "not-finite",
        "range-too-wide",
        true,
      ]);
    });

    test.each([
      ["a channel of zeros", ordinary],
      ["a channel of zeros beside one of 1e-30", { ...ordinary, weights: 1e-30 }],
      ["weights of zeros alone", { ...ordinary, weights: 0 }],
      ["zeros in and zeros out", { input: 0, weights: 0, bias: 0 }],
      ["a constant tensor: only biases", { input: 1, weights: 0, bias: 3 }],
    ])("%s", async (__, sizes) => {
      expect(await outcome(sizes, scheme, true)).toEqual(right);
    });
  },
);

describe("weights that float16 cannot hold", () => {
  const quantized = (sizes: Partial<Sizes>, scheme: Scheme) => {
    const float = network({ ...ordinary, ...sizes });
    return () => quantizeGraph(float, calibrate(float, samplesOf(1)), scheme);
  };

  test("all are named", () => {
    expect(quantized({ weights: 1e6, bias: 1e5 }, { default: "float16" })).toThrow(
      expect.objectContaining({
        code: "range-too-wide",
        message: expect.stringMatching(/"w".*\n.*"b".*\n.*"v".*\n.*"c"/u),
      }),
    );
  });

  test("are taken where another scheme stores them, and up to 65,504", () => {
    const operators = { "*": "float32" } as const;
    expect(quantized({ weights: 1e6 }, { default: "float16", operators })).not.toThrow();
    expect(quantized({ weights: 65_000 }, { default: "float16" })).not.toThrow();
  });
});

const methods: readonly CalibrationMethod[] = [
  { kind: "min-max" },
  { kind: "moving-average" },
  { kind: "percentile" },
  { kind: "mse" },
  { kind: "entropy" },
];

describe.each(methods.map((method) => [method.kind, method] as const))("%s", (_, method) => {
  const float = network(ordinary);
  const bad = (value: number) => {
    const sample = floats(1)(32, 1);
    sample[17] = value;
    return [floats(2)(32, 1), sample];
  };

  test.each([
    ["NaN", Number.NaN, /"x" holds NaN in sample 1/],
    ["infinity", Infinity, /"x" overflows float32 in sample 1/],
    ["minus infinity", -Infinity, /"x" overflows float32 in sample 1/],
  ])("%s among the samples is named", (__, value, message) => {
    expect(() => calibrate(float, bad(value), { method })).toThrow(
      expect.objectContaining({ code: "not-finite", message: expect.stringMatching(message) }),
    );
  });

  test("no samples are refused", () => {
    expect(() => calibrate(float, [], { method })).toThrow(
      expect.objectContaining({ code: "no-samples" }),
    );
  });

  test("samples of zeros, and of one number, give a network that runs", () => {
    for (const number of [0, 0.5]) {
      const samples = [new Float32Array(32).fill(number)];
      const graph = quantizeGraph(float, calibrate(float, samples, { method }));
      const interpreter = createInterpreter(graph);
      quantizeInto(interpreter.inputs[0] as TensorView, samples[0] as Float32Array);
      interpreter.run();
      const reference = createInterpreter(float);
      quantizeInto(reference.inputs[0] as TensorView, samples[0] as Float32Array);
      reference.run();
      const real = dequantize(interpreter.outputs[0] as TensorView);
      const exact = reference.outputs[0] as TensorView;
      for (const [i, value] of real.entries()) {
        expect(Math.abs(value - Number(exact.data[i]))).toBeLessThan(0.02);
      }
    }
  });
});
