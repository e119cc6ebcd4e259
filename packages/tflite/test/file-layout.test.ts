import { expect, test } from "vitest";
import { type Graph, graphBuilder, perAxis, perTensor, type TensorId } from "@smidgen/graph";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { openFlatbuffer } from "./official-flatbuffers.ts";
import { denseGraph, everyOperatorGraph, everyTensorGraph, numbers } from "./example-graphs.ts";

// Field positions are those of schema.fbs, read with the official FlatBuffers runtime.
const model = { version: 0, operatorCodes: 1, subgraphs: 2, description: 3, buffers: 4 };
const graphs = [denseGraph(), everyOperatorGraph(), everyTensorGraph()];

test.each(graphs)("$name has the identifier and schema version 3", (graph) => {
  const file = openFlatbuffer(writeTflite(graph));
  expect(file.buffer.getBufferIdentifier()).toBe("TFL3");
  expect(file.uint32(file.root, model.version)).toBe(3);
});

test.each(graphs)("the data of every buffer of $name lies at a multiple of 16", (graph) => {
  const file = openFlatbuffer(writeTflite(graph));
  const data = file.tables(file.root, model.buffers).map((buffer) => file.vector(buffer, 0));
  const present = data.filter((vector) => vector !== undefined);
  expect(present.length).toBeGreaterThan(1);
  expect(present.map(({ start }) => start % 16)).toEqual(present.map(() => 0));
});

test.each(graphs)("in $name, 8-byte zero points lie at a multiple of 8", (graph) => {
  const file = openFlatbuffer(writeTflite(graph));
  const [subgraph = 0] = file.tables(file.root, model.subgraphs);
  for (const tensor of file.tables(subgraph, 0)) {
    const quantization = file.table(tensor, 4);
    if (quantization === undefined) continue;
    expect(file.vector(quantization, 3)?.start).toSatisfy((start: number) => start % 8 === 0);
  }
});

test("what is absent stays absent", () => {
  const file = openFlatbuffer(writeTflite(denseGraph()));
  const [first = 0, ...others] = file.tables(file.root, model.buffers);
  expect(file.vector(first, 0)).toBeUndefined();
  expect(others.map((buffer) => file.vector(buffer, 0)?.count)).toEqual([24, 8]);
  const [subgraph = 0] = file.tables(file.root, model.subgraphs);
  const [operator = 0] = file.tables(subgraph, 3);
  // custom_options, mutating_variable_inputs, intermediates
  expect([5, 7, 8].map((field) => file.vector(operator, field))).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const [input = 0] = file.tables(subgraph, 0);
  expect(file.table(input, 4)).toBeUndefined();
  expect(file.uint32(input, 2)).toBe(0);
});

test("operator codes are in both fields", () => {
  const file = openFlatbuffer(writeTflite(denseGraph()));
  const [code = 0] = file.tables(file.root, model.operatorCodes);
  expect([file.int8(code, 0), file.uint32(code, 3)]).toEqual([9, 9]);
});

test("constants with equal bytes share a buffer, whatever their types and shapes", () => {
  const b = graphBuilder("twins");
  const data = Float32Array.of(1, 2);
  const x = b.input("x", { type: "float32", shape: [2] });
  const ones = b.constant("a", { type: "float32", shape: [2], data });
  b.constant("b", { type: "float32", shape: [2, 1], data: data.slice() });
  b.constant("c", { type: "int32", shape: [2], data: new Int32Array(data.slice().buffer) });
  b.constant("d", { type: "float32", shape: [2], data: Float32Array.of(2, 1) });
  const y = b.op("add", [x, ones], { activation: "none" }, { name: "y", type: "float32" });
  const file = openFlatbuffer(writeTflite(b.build([y])));
  const [subgraph = 0] = file.tables(file.root, model.subgraphs);
  expect(file.tables(subgraph, 0).map((tensor) => file.uint32(tensor, 2))).toEqual([
    0, 1, 1, 1, 2, 0,
  ]);
  expect(file.tables(file.root, model.buffers)).toHaveLength(3);
});

test("a missing bias is left out, and a missing operand before others is −1", () => {
  const file = openFlatbuffer(writeTflite(everyOperatorGraph()));
  const [subgraph = 0] = file.tables(file.root, model.subgraphs);
  const counts = file.tables(subgraph, 3).map((operator) => file.vector(operator, 1)?.count);
  expect(counts).toEqual(
    everyOperatorGraph().ops.map(({ inputs }) => inputs.filter((id) => id !== undefined).length),
  );
});

test.each<[text: string, graph: Graph, versions: readonly number[]]>([
  ["float", dense({}), [1]],
  ["int8", dense({ activations: "int8", weights: "int8" }), [4]],
  ["int8 with weights per axis", dense({ activations: "int8", weights: "int8", axis: true }), [4]],
  ["int8 without bias", dense({ activations: "int8", weights: "int8", bias: null }), [6]],
  ["int8 that keeps dimensions", dense({ activations: "int8", weights: "int8", keep: true }), [5]],
  ["int8 with int4 weights", dense({ activations: "int8", weights: "int4" }), [10]],
  [
    "int16 with int4 weights",
    dense({ activations: "int16", weights: "int4", bias: "int64" }),
    [13],
  ],
  ["int16 with int32 bias", dense({ activations: "int16", weights: "int8" }), [11]],
  ["int16 with int64 bias", dense({ activations: "int16", weights: "int8", bias: "int64" }), [1]],
  ["hybrid", dense({ weights: "int8" }), [3]],
  ["hybrid with zero points", dense({ weights: "int8", asymmetric: true }), [9]],
  ["hybrid with weights per axis", dense({ weights: "int8", axis: true }), [12]],
])("the version of a dense layer: %s", (_, graph, versions) => {
  const file = openFlatbuffer(writeTflite(graph));
  const codes = file.tables(file.root, model.operatorCodes);
  expect(codes.map((code) => file.uint32(code, 2) || 1)).toEqual(versions);
  expect(readTflite(writeTflite(graph))).toEqual(graph);
});

function dense(of: {
  readonly activations?: "int8" | "int16";
  readonly weights?: "int8" | "int4";
  readonly bias?: "int64" | null;
  readonly axis?: boolean;
  readonly keep?: boolean;
  readonly asymmetric?: true;
}): Graph {
  const b = graphBuilder("dense");
  const activations = of.activations ?? "float32";
  const isFloat = of.activations === undefined;
  const quantization = isFloat ? undefined : perTensor(0.5, 0);
  const x = b.input("x", { type: activations, shape: [1, 3], quantization });
  const filterQuantization = of.axis === true ? perAxis(0, [0.5, 0.25]) : perTensor(0.5, 0);
  const weights = of.weights ?? "float32";
  const w = b.constant("w", {
    type: weights,
    shape: [2, 3],
    data: numbers(weights, 6),
    quantization: of.weights && filterQuantization,
  });
  const biasType = of.bias ?? (isFloat ? "float32" : "int32");
  const bias: TensorId | undefined =
    of.bias === null
      ? undefined
      : b.constant("b", { type: biasType, shape: [2], data: numbers(biasType, 2) });
  const options = {
    activation: "none",
    keepNumDims: of.keep === true,
    ...(of.asymmetric && { asymmetricQuantizeInputs: true }),
  } as const;
  const y = b.op("fully-connected", [x, w, bias], options, {
    name: "y",
    type: activations,
    quantization,
  });
  return b.build([y]);
}
