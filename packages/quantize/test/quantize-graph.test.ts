import { expect, test } from "vitest";
import { type Graph, graphBuilder, perTensor, printGraph, type Tensor } from "@smidgen/graph";
import { quantizeGraph, type Range, type Ranges, type Scheme } from "@smidgen/quantize";
import { studyNetwork } from "./networks.ts";

const ranges = {
  samples: 1,
  tensors: {
    image: { min: 0, max: 1 },
    conv: { min: 0, max: 2.55 },
    pool: { min: 0.1, max: 2.5 },
    flatten: { min: 0.1, max: 2.5 },
    dense: { min: 0, max: 10.2 },
    "dense_1/linear": { min: -12.7, max: 12.8 },
    dense_1: { min: 0, max: 1 },
  },
};

test("the study's network keeps its operators and becomes int8", () => {
  expect(printGraph(quantizeGraph(studyNetwork(), ranges))).toMatchInlineSnapshot(`
    "graph "study"
    %0 = input → "image" int8 [1, 28, 28, 1] scale 0.003921568859368563 zero point -128
    %1 = constant → "conv/filter" int8 [8, 3, 3, 1] scales[8] axis 0
    %2 = constant → "conv/bias" int32 [8] scales[8] axis 0
    %6 = constant → "dense/filter" int8 [16, 1352] scale 0.0007873803842812777 zero point 0
    %7 = constant → "dense/bias" int32 [16] scale 0.00000787380395195214 zero point 0
    %9 = constant → "dense_1/linear/filter" int8 [10, 16] scale 0.0007813998381607234 zero point 0
    %10 = constant → "dense_1/linear/bias" int32 [10] scale 0.00003125599323539063 zero point 0
    %3 = conv-2d(input %0, filter %1, bias %2) { padding: valid, strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1, activation: relu } → "conv" int8 [1, 26, 26, 8] scale 0.009999999776482582 zero point -128
    %4 = max-pool-2d(input %3) { padding: valid, strideHeight: 2, strideWidth: 2, filterHeight: 2, filterWidth: 2, activation: none } → "pool" int8 [1, 13, 13, 8] scale 0.009999999776482582 zero point -128
    %5 = reshape(input %4, shape none) { newShape: [1, 1352] } → "flatten" int8 [1, 1352] scale 0.009999999776482582 zero point -128
    %8 = fully-connected(input %5, filter %6, bias %7) { activation: relu, keepNumDims: false } → "dense" int8 [1, 16] scale 0.03999999910593033 zero point -128
    %11 = fully-connected(input %8, filter %9, bias %10) { activation: none, keepNumDims: false } → "dense_1/linear" int8 [1, 10] scale 0.10000000149011612 zero point -1
    %12 = softmax(input %11) { beta: 1 } → "dense_1" int8 [1, 10] scale 0.00390625 zero point -128
    output %12
    "
  `);
});

test("dense weights can have a scale per unit, convolutions one for all", () => {
  const scheme: Scheme = {
    default: "int8",
    convWeights: "per-tensor",
    denseWeights: "per-channel",
  };
  const { tensors } = quantizeGraph(studyNetwork(), ranges, scheme);
  const kinds = tensors.flatMap(({ name, quantization }) =>
    /filter|bias/.test(name) ? [[name, quantization?.kind]] : [],
  );
  expect(kinds).toEqual([
    ["conv/filter", "per-tensor"],
    ["conv/bias", "per-tensor"],
    ["dense/filter", "per-axis"],
    ["dense/bias", "per-axis"],
    ["dense_1/linear/filter", "per-axis"],
    ["dense_1/linear/bias", "per-axis"],
  ]);
});

test("with float inputs and outputs, operators at both ends convert", () => {
  const scheme: Scheme = { default: "int8", inputs: "float32", outputs: "float32" };
  const graph = quantizeGraph(studyNetwork(), ranges, scheme);
  const describe = (id: number) => `${graph.tensors[id]?.name} ${graph.tensors[id]?.type}`;
  expect(graph.inputs.map(describe)).toEqual(["image float32"]);
  expect(graph.outputs.map(describe)).toEqual(["dense_1 float32"]);
  expect(graph.ops[0]).toMatchObject({ kind: "quantize", inputs: graph.inputs });
  expect(describe(graph.ops[0]?.outputs[0] ?? -1)).toBe("image_int8 int8");
  expect(graph.ops.at(-1)).toMatchObject({ kind: "dequantize", outputs: graph.outputs });
});

test("what only moves values hands on the scale of its input, also behind a fixed one", () => {
  const b = graphBuilder("moved");
  const x = b.input("x", { type: "float32", shape: [1, 4] });
  const softmax = b.op("softmax", [x], { beta: 1 }, { name: "softmax", type: "float32" });
  const shape = { newShape: [2, 2] };
  const reshaped = b.op("reshape", [softmax, undefined], shape, { name: "r", type: "float32" });
  const input = b.op("reshape", [x, undefined], shape, { name: "moved x", type: "float32" });
  const { tensors } = quantizeGraph(b.build([reshaped, input]), {
    samples: 1,
    // Only what is read of x: the others have no range, and need none.
    tensors: { x: { min: -1, max: 1.55 } },
  });
  const quantizations = new Map(tensors.map(({ name, quantization }) => [name, quantization]));
  expect(quantizations.get("r")).toEqual(perTensor(1 / 256, -128));
  expect(quantizations.get("x")).toEqual(perTensor(0.01, -28));
  expect(quantizations.get("moved x")).toEqual(perTensor(0.01, -28));
});

test("a bias that is used on two scales becomes two, the weights stay one", () => {
  const b = graphBuilder("shared");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const filter = b.constant("w", {
    type: "float32",
    shape: [2, 2],
    data: Float32Array.of(1, 2, 3, 4),
  });
  const bias = b.constant("b", { type: "float32", shape: [2], data: Float32Array.of(1, -1) });
  const options = { activation: "none", keepNumDims: false } as const;
  const once = b.op("fully-connected", [x, filter, bias], options, { name: "y", type: "float32" });
  const twice = b.op("fully-connected", [once, filter, bias], options, {
    name: "z",
    type: "float32",
  });
  const graph = quantizeGraph(b.build([twice]), {
    samples: 1,
    tensors: { x: { min: 0, max: 2.55 }, y: { min: 0, max: 25.5 }, z: { min: 0, max: 255 } },
  });
  const operands = graph.ops.map(({ inputs }) => inputs.map((id) => graph.tensors[id ?? -1]?.name));
  expect(operands).toEqual([
    ["x", "w", "b"],
    ["y", "w", "b/2"],
  ]);
  expect(graph.tensors.find(({ name }) => name === "b")?.data).toEqual(Int32Array.of(3175, -3175));
  expect(graph.tensors.find(({ name }) => name === "b/2")?.data).toEqual(Int32Array.of(318, -318));
});

test("a constant that is added takes the range of its contents", () => {
  const b = graphBuilder("shifted");
  const x = b.input("x", { type: "float32", shape: [1, 3] });
  const shift = b.constant("shift", {
    type: "float32",
    shape: [3],
    data: Float32Array.of(-0.5, 0.25, 2.05),
  });
  const y = b.op("add", [x, shift], { activation: "none" }, { name: "y", type: "float32" });
  const { tensors } = quantizeGraph(b.build([y]), {
    samples: 1,
    tensors: { x: { min: 0, max: 1 }, y: { min: -0.5, max: 3.05 } },
  });
  expect(tensors[shift]).toEqual({
    name: "shift",
    type: "int8",
    shape: [3],
    quantization: perTensor(0.01, -78),
    data: Int8Array.of(-128, -53, 127),
    isVariable: false,
  });
});

test("an output is not stored much finer than what its operator computes in", () => {
  const b = graphBuilder("dead");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const sum = b.op("add", [x, x], { activation: "none" }, { name: "sum", type: "float32" });
  const { tensors } = quantizeGraph(b.build([sum]), {
    samples: 1,
    tensors: { x: { min: 0, max: 2.55 }, sum: { min: 0, max: 0 } },
  });
  expect(tensors[sum]?.quantization).toMatchObject({ scale: Math.fround(Math.fround(0.01) / 64) });
});

const change = (name: string, changes: Partial<Tensor>): Graph => {
  const graph = studyNetwork();
  const tensors = graph.tensors.map((tensor) =>
    tensor.name === name ? { ...tensor, ...changes } : tensor,
  );
  return { ...graph, tensors };
};
const withRanges = (changes: Record<string, Range | undefined>) =>
  ({ samples: 1, tensors: { ...ranges.tensors, ...changes } }) as Ranges;
const quantized = quantizeGraph(studyNetwork(), ranges);

test.each<[problem: string, graph: Graph, given: Ranges, code: string, message: RegExp]>([
  [
    "ranges of another graph",
    studyNetwork(),
    { samples: 1, tensors: { image: { min: 0, max: 1 } } },
    "missing-range",
    /"conv", "dense", "dense_1\/linear"$/,
  ],
  [
    "a range that is not a number",
    studyNetwork(),
    withRanges({ dense: { min: 0, max: Number.NaN } }),
    "missing-range",
    /"dense"$/,
  ],
  [
    "a range that ends before it begins",
    studyNetwork(),
    withRanges({ dense: { min: 1, max: 0 } }),
    "missing-range",
    /"dense"$/,
  ],
  [
    "ranges wider than float32",
    studyNetwork(),
    withRanges({ dense: { min: -3e38, max: 3e38 }, image: { min: -3e38, max: 3e38 } }),
    "range-too-wide",
    /- "image": -3e\+38 to 3e\+38\n- "dense": /,
  ],
  [
    "weights whose products with the input are beyond float32",
    change("conv/filter", { data: new Float32Array(72).fill(1e30) }),
    withRanges({ image: { min: 0, max: 1e30 } }),
    "range-too-wide",
    /- "conv\/bias"$/,
  ],
  [
    "weights that are not finite",
    change("dense/bias", { data: new Float32Array(16).fill(Number.NaN) }),
    ranges,
    "not-finite",
    /"dense\/bias": 16 of 16 values/,
  ],
  [
    "a graph that is quantized already",
    quantized,
    ranges,
    "not-a-float-graph",
    /"image" is int8\n(.|\n)*- operator 0 \(conv-2d\): "conv\/filter" is int8/,
  ],
  [
    "operators that convert",
    quantizeGraph(studyNetwork(), ranges, {
      default: "int8",
      inputs: "float32",
      outputs: "float32",
    }),
    ranges,
    "unsupported-operator",
    /operator 0 \(quantize\): it is quantized already\n- operator 7 \(dequantize\)/,
  ],
])("%s: refused", (_, graph, given, code, message) => {
  expect(() => quantizeGraph(graph, given)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test("weights that are computed are refused", () => {
  const b = graphBuilder("computed");
  const x = b.input("x", { type: "float32", shape: [2, 2] });
  const options = { activation: "none", keepNumDims: false } as const;
  const y = b.op("fully-connected", [x, x, undefined], options, { name: "y", type: "float32" });
  expect(() => quantizeGraph(b.build([y]), { samples: 1, tensors: {} })).toThrow(
    /operator 0 \(fully-connected\): weights "x" is computed, not a constant/,
  );
});

test("the same input gives the same graph, and the input stays as it was", () => {
  const graph = studyNetwork();
  const before = structuredClone(graph);
  expect(quantizeGraph(graph, ranges)).toEqual(quantizeGraph(graph, ranges));
  expect(graph).toEqual(before);
});
