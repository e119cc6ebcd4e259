import { expect, test } from "vitest";
import { printGraph } from "@smidgen/graph";
import { int8Scheme, quantizeGraph } from "@smidgen/quantize";
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
  const scheme = int8Scheme({ convWeights: "per-tensor", denseWeights: "per-channel" });
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
  const scheme = int8Scheme({ inputsAndOutputs: "float32" });
  const graph = quantizeGraph(studyNetwork(), ranges, scheme);
  const describe = (id: number) => `${graph.tensors[id]?.name} ${graph.tensors[id]?.type}`;
  expect(graph.inputs.map(describe)).toEqual(["image float32"]);
  expect(graph.outputs.map(describe)).toEqual(["dense_1 float32"]);
  expect(graph.ops[0]).toMatchObject({ kind: "quantize", inputs: graph.inputs });
  expect(describe(graph.ops[0]?.outputs[0] ?? -1)).toBe("image_int8 int8");
  expect(graph.ops.at(-1)).toMatchObject({ kind: "dequantize", outputs: graph.outputs });
});
