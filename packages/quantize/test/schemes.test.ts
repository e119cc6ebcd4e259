import { describe, expect, test } from "vitest";
import {
  type ElementArray,
  elementTypes,
  type Graph,
  graphBuilder,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { calibrate, quantizeGraph, type Scheme } from "@smidgen/quantize";
import { createInterpreter, dequantize, quantizeInto } from "@smidgen/runtime";
import { loadLiteRt, loadTfliteRuntime, type OfficialModel } from "@smidgen/testing";
import { lintTflite, writeTflite } from "@smidgen/tflite";
import { everyOperator, studyNetwork } from "./networks.ts";
import { samplesOf } from "./samples.ts";

const both = ["TensorFlow Lite", "LiteRT"] as const;
/** TensorFlow Lite in tfjs-tflite is of a time before 4-bit weights, and before dense layers per channel on floats. */
const newOnly = ["LiteRT"] as const;
const load = { "TensorFlow Lite": loadTfliteRuntime, LiteRT: loadLiteRt } as const;

type Runtimes = readonly (keyof typeof load)[];

/** With the largest error of a probability that the study's network may have. */
const forStudy: readonly (readonly [Scheme, Runtimes, error: number])[] = [
  [{ default: "int8", inputs: "uint8", outputs: "uint8" }, both, 0.005],
  [{ default: "int8", inputs: "float32", outputs: "float32" }, both, 0.005],
  [{ default: "int8", converter: "mlir", denseWeights: "per-channel" }, both, 0.005],
  [{ default: "int16x8" }, both, 5e-4],
  [{ default: "int16x8", inputs: "float32", outputs: "float32" }, both, 5e-4],
  [{ default: "int16x8", inputs: "int8", outputs: "uint8" }, both, 0.005],
  [{ default: "int4" }, newOnly, 0.02],
  [{ default: "int4", denseWeights: "per-channel" }, newOnly, 0.02],
  [{ default: "int4", convWeights: "per-tensor" }, newOnly, 0.02],
  [{ default: "int8", operators: { "fully-connected": "int16x8" } }, both, 0.005],
  [{ default: "int16x8", operators: { "conv*": "int8" } }, both, 0.005],
  [{ default: "int8", operators: { softmax: "float32", conv: "float32" } }, both, 0.005],
  [{ default: "float32", operators: { "fully-connected": "int8" } }, both, 0.005],
  [{ default: "int8", inputs: "float32", operators: { conv: "int4" } }, newOnly, 0.02],
];

describe("the study's network", () => {
  const float = studyNetwork();
  const ranges = calibrate(float, samplesOf(float, 1, 20));
  const cases = forStudy.flatMap(([scheme, runtimes, error]) =>
    runtimes.map((runtime) => [JSON.stringify(scheme), runtime, scheme, error] as const),
  );
  test.each(cases)(
    "%s is accepted by %s, comes close to the floats, and is what ours computes",
    async (_, runtime, scheme, error) => {
      const graph = quantizeGraph(float, ranges, scheme);
      const official = await load[runtime](writeTflite(graph));
      expect(largestError(float, graph, official)).toBeLessThan(error);
      expect(largestDifference(graph, official)).toBeLessThanOrEqual(tolerance(graph, runtime));
    },
  );
});

describe("every operator", () => {
  const float = everyOperator();
  const ranges = calibrate(float, samplesOf(float, 1, 20));
  test.each<[scheme: Scheme, runtime: keyof typeof load]>([
    [{ default: "int16x8" }, "TensorFlow Lite"],
    [{ default: "int16x8" }, "LiteRT"],
    [{ default: "int8", inputs: "uint8", outputs: "float32" }, "TensorFlow Lite"],
    [{ default: "int8", inputs: "uint8", outputs: "float32" }, "LiteRT"],
    [{ default: "int4", denseWeights: "per-channel" }, "LiteRT"],
  ])("%j in %s is what ours computes", async (scheme, runtime) => {
    const graph = quantizeGraph(float, ranges, scheme);
    const official = await load[runtime](writeTflite(graph));
    expect(largestDifference(graph, official)).toBeLessThanOrEqual(tolerance(graph, runtime));
  });

  test("16-bit activations are far closer to the floats than 8-bit ones", async () => {
    const errors = ["int8", "int16x8"].map(async (scheme) => {
      const graph = quantizeGraph(float, ranges, { default: scheme as "int8" });
      return largestError(float, graph, await loadLiteRt(writeTflite(graph)));
    });
    const [int8 = 0, int16 = 0] = await Promise.all(errors);
    expect(int16).toBeLessThan(int8 / 2);
  });
});

describe("smaller weights for float activations", () => {
  const float = studyNetwork();
  const none = { samples: 0, tensors: {} };

  test.each<[scheme: Scheme, runtimes: Runtimes, error: number, share: number]>([
    [{ default: "float16" }, both, 0.001, 0.53],
    [{ default: "weights-int8" }, both, 0.002, 0.29],
    [{ default: "dynamic-range" }, both, 0.005, 0.29],
    [{ default: "dynamic-range", denseWeights: "per-channel" }, newOnly, 0.005, 0.29],
    [{ default: "float32", operators: { dense: "dynamic-range" } }, both, 0.005, 0.29],
  ])(
    "%j needs no ranges, is accepted by %j, and comes close to the floats",
    async (scheme, runtimes, error, share) => {
      const graph = quantizeGraph(float, none, scheme);
      const bytes = writeTflite(graph);
      expect(bytes.length).toBeLessThan(share * writeTflite(float).length);
      for (const runtime of runtimes) {
        const official = await load[runtime](bytes);
        expect(largestError(float, graph, official)).toBeLessThan(error);
        // Each rounds what it makes of activations in its own way, and ours in both.
        const rounding = runtime === "LiteRT" ? "single" : "double";
        expect(largestDifference(graph, official, rounding)).toBeLessThan(1e-5);
      }
    },
  );

  test("weights of fewer than 1024 elements stay floats, unless told otherwise", () => {
    const typesOf = (scheme: Scheme) =>
      quantizeGraph(float, none, scheme)
        .tensors.filter(({ name }) => name.endsWith("filter"))
        .map(({ type }) => type);
    expect(typesOf({ default: "dynamic-range" })).toEqual(["float32", "int8", "float32"]);
    expect(typesOf({ default: "dynamic-range", smallestWeights: 0 })).toEqual([
      "int8",
      "int8",
      "int8",
    ]);
  });

  test("a constant that is read in two ways is stored in both", () => {
    const b = graphBuilder("shared");
    const x = b.input("x", { type: "float32", shape: [1, 32] });
    const w = b.constant("w", {
      type: "float32",
      shape: [32, 32],
      data: new Float32Array(1024).fill(0.5),
    });
    const options = { activation: "none", keepNumDims: false } as const;
    const layer = (name: string, from: typeof x) =>
      b.op("fully-connected", [from, w, undefined], options, { name, type: "float32" });
    const graph = b.build([layer("c", layer("b", layer("a", x)))]);
    const mixed = quantizeGraph(graph, none, {
      default: "float32",
      operators: { b: "dynamic-range", c: "weights-int8" },
    });
    const filters = mixed.ops.map(({ kind, inputs }) =>
      [kind, ...inputs.map((id) => mixed.tensors[id ?? -1]?.name)].join(" "),
    );
    expect(filters).toEqual([
      "fully-connected x w ",
      "fully-connected a w_int8 ",
      "dequantize w_int8",
      "fully-connected b w_dequantize ",
    ]);
  });
});

describe("what TensorFlow Lite Micro has against it", () => {
  const errorsIn = (float: Graph, scheme: Scheme) => {
    const ranges = calibrate(float, samplesOf(float, 1, 5));
    const bytes = writeTflite(quantizeGraph(float, ranges, scheme));
    const findings = lintTflite(bytes, { for: "tflm" });
    return [...new Set(findings.map(({ code }) => code))];
  };

  test.each<Scheme>([
    { default: "float32" },
    { default: "int8" },
    { default: "int8", denseWeights: "per-channel", inputs: "uint8", outputs: "float32" },
    { default: "int4" },
    { default: "int16x8" },
    { default: "int16x8", inputs: "float32", outputs: "float32" },
    { default: "int8", operators: { "fully-connected": "int16x8" } },
    { default: "weights-int8", smallestWeights: 0, convWeights: "per-tensor" },
  ])("%j: nothing", (scheme) => {
    expect(errorsIn(studyNetwork(), scheme)).toEqual([]);
    expect(errorsIn(everyOperator(), scheme)).toEqual([]);
  });

  test.each<[scheme: Scheme, code: string]>([
    [{ default: "dynamic-range", smallestWeights: 0 }, "hybrid"],
    [{ default: "float16" }, "unsupported-types"],
    [{ default: "weights-int8", smallestWeights: 0 }, "scale-per-slice"],
    [{ default: "int4", denseWeights: "per-channel" }, "scale-per-slice"],
  ])("%j: %s", (scheme, code) => {
    expect(errorsIn(studyNetwork(), scheme)).toEqual([code]);
    expect(errorsIn(everyOperator(), scheme)).toEqual([code]);
  });
});

test("operators that a scheme has no rule for are named, with what to do", () => {
  const b = graphBuilder("swish");
  const x = b.input("x", { type: "float32", shape: [1, 4] });
  const swish = b.op("hard-swish", [x], {}, { name: "swish", type: "float32" });
  const scheme: Scheme = { default: "int16x8" };
  expect(() => quantizeGraph(b.build([swish]), { samples: 0, tensors: {} }, scheme)).toThrow(
    expect.objectContaining({
      code: "unsupported-operator",
      message: expect.stringContaining("operator 0 (hard-swish): it knows no 16-bit activations"),
      hint: expect.stringContaining('"hard-swish": "float32"'),
    }),
  );
});

test("what no kernel takes in 16 bits is refused before it is made", () => {
  const b = graphBuilder("moves");
  const out = (name: string) => ({ name, type: "float32" }) as const;
  const integers = (name: string, ...values: readonly number[]) =>
    b.constant(name, { type: "int32", shape: [values.length], data: Int32Array.from(values) });
  const x = b.input("x", { type: "float32", shape: [1, 4, 4, 2] });
  const graph = b.build([
    b.op("gather", [x, integers("rows", 2, 0)], { axis: 1, batchDims: 0 }, out("gather")),
    b.op("reduce-max", [x, integers("axes", 1, 2)], { keepDims: true }, out("largest")),
    b.op(
      "resize-bilinear",
      [x, integers("size", 2, 2)],
      { alignCorners: false, halfPixelCenters: false },
      out("small"),
    ),
  ]);
  const ranges = calibrate(graph, samplesOf(graph, 1, 2));
  expect(() => quantizeGraph(graph, ranges, { default: "int16x8" })).toThrow(
    expect.objectContaining({
      code: "unsupported-operator",
      message: expect.stringMatching(/gather.*\n.*reduce-max.*\n.*resize-bilinear/u),
    }),
  );
  const mixed = quantizeGraph(graph, ranges, {
    default: "int16x8",
    operators: { gather: "int8", "re*": "float32" },
  });
  expect(() => createInterpreter(mixed)).not.toThrow();
});

/**
 * Between our outputs and theirs: of stored integers, or of floats. The runtimes sum floats in another order, and the
 * older TensorFlow Lite rounds floats to int16 by way of a reciprocal, which makes a step of 2⁻¹⁵.
 */
function largestDifference(
  graph: Graph,
  official: OfficialModel,
  rounding: "single" | "double" = "single",
): number {
  const interpreter = createInterpreter(graph, { rounding });
  const differences = samplesOf(graph, 7, 5).flatMap((sample) => {
    for (const [i, view] of interpreter.inputs.entries()) quantizeInto(view, sample[i] ?? []);
    const expected = official.run(interpreter.inputs.map(({ data }) => data));
    interpreter.run();
    return interpreter.outputs.flatMap(({ data, type }, i) => {
      const { buffer } = (expected[i] as Uint8Array).slice();
      const theirs = new elementTypes[type].array(buffer);
      return Array.from(theirs as Int8Array, (value, j) => Math.abs(value - Number(data[j])));
    });
  });
  return Math.max(...differences);
}

/**
 * 0 where all is computed in integers; but the older TensorFlow Lite rescales sums of 16-bit activations as TensorFlow
 * Lite Micro does, where LiteRT, which single rounding follows, does so in doubles.
 */
function tolerance({ outputs, tensors }: Graph, runtime: keyof typeof load): number {
  const types = new Set(tensors.map(({ type }) => type));
  const isShort = outputs.some((id) => tensors[id]?.type === "int16");
  if (isShort && runtime === "TensorFlow Lite") return 1;
  const hasFloats = types.has("float32") || (types.has("int16") && runtime === "TensorFlow Lite");
  return hasFloats ? 5e-5 : 0;
}

/** Of all outputs over a few samples, in real numbers. */
function largestError(float: Graph, graph: Graph, official: OfficialModel): number {
  const reference = createInterpreter(float);
  const errors = samplesOf(float, 7, 5).flatMap((sample) => {
    for (const [i, { data }] of reference.inputs.entries()) data.set(sample[i] as never);
    reference.run();
    const inputs = graph.inputs.map((id, i) =>
      storedAs(tensorOf(graph, id), sample[i] as Float32Array),
    );
    return official.run(inputs).flatMap((bytes, i) => {
      const tensor = tensorOf(graph, graph.outputs[i] as (typeof graph.outputs)[number]);
      const { buffer } = bytes.slice();
      const data = new elementTypes[tensor.type].array(buffer);
      const real = dequantize({ ...tensor, id: 0 as TensorId, data });
      const exact = reference.outputs[i]?.data ?? [];
      return Array.from(real, (value, j) => Math.abs(value - Number(exact[j])));
    });
  });
  return Math.max(...errors);
}

function storedAs(tensor: Tensor, values: Float32Array): ElementArray {
  const data = new elementTypes[tensor.type].array(values.length);
  quantizeInto({ ...tensor, id: 0 as TensorId, data }, values);
  return data;
}
