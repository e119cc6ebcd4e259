import fc from "fast-check";
import { expect, test } from "vitest";
import { type Graph, graphBuilder, isConstant, perAxis, perTensor } from "@smidgen/graph";
import { goldenModels } from "@smidgen/testing";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { denseGraph, everyOperatorGraph, everyTensorGraph, numbers } from "./example-graphs.ts";

test.each([denseGraph(), everyOperatorGraph(), everyTensorGraph()])(
  "$name comes back as it was written",
  (graph) => {
    expect(readTflite(writeTflite(graph))).toEqual(graph);
  },
);

test("any names, sizes and parameters come back as they were written", () => {
  const scale = fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true });
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
      fc.array(scale, { minLength: 2, maxLength: 9 }),
      fc.integer({ min: -128, max: 127 }),
      (name, shape, scales, zeroPoint) => {
        const graph = graphOf(name, shape, scales, zeroPoint);
        expect(readTflite(writeTflite(graph))).toEqual(graph);
      },
    ),
  );
});

function graphOf(
  name: string,
  shape: readonly number[],
  scales: readonly number[],
  zeroPoint: number,
): Graph {
  const b = graphBuilder(name);
  const x = b.input(`x ${name}`, { type: "float32", shape });
  b.constant(name, {
    type: "int8",
    shape: [3, scales.length],
    data: numbers("int8", 3 * scales.length),
    quantization: perAxis(1, scales),
  });
  const quantization = perTensor(scales[0] as number, zeroPoint);
  return b.build([b.op("quantize", [x], {}, { name, type: "int8", quantization })]);
}

test("the same graph gives the same bytes, and so does the graph that was read", () => {
  const bytes = writeTflite(everyOperatorGraph());
  expect(writeTflite(everyOperatorGraph())).toEqual(bytes);
  expect(writeTflite(readTflite(bytes))).toEqual(bytes);
});

test("per-axis quantization of a single slice comes back as per-tensor: the file cannot tell", () => {
  const b = graphBuilder("one slice");
  const x = b.input("x", { type: "float32", shape: [1] });
  b.constant("w", {
    type: "int8",
    shape: [1, 2],
    data: Int8Array.of(1, 2),
    quantization: perAxis(0, [0.5]),
  });
  const graph = b.build([b.op("relu", [x], {}, { name: "y", type: "float32" })]);
  expect(readTflite(writeTflite(graph)).tensors[1]?.quantization).toEqual(perTensor(0.5, 0));
});

test("a graph that breaks a rule is not written", () => {
  expect(() => writeTflite({ ...denseGraph(), outputs: [] })).toThrow(
    expect.objectContaining({ code: "invalid-graph" }),
  );
});

test.for(goldenModels())(
  "$name is read, and comes back as it was written",
  ({ name, model, meta }) => {
    const graph = readTflite(model, { name });
    expect(graph.ops.map(({ kind }) => kind.toUpperCase().replaceAll("-", "_"))).toEqual(meta.ops);
    expect(
      graph.tensors.map((tensor) => ({ name: tensor.name, const: isConstant(tensor) })),
    ).toEqual(meta.tensors.map((tensor) => ({ name: tensor.name, const: tensor.const })));
    expect(graph.inputs).toEqual(meta.inputs.map(({ tensor }) => tensor));

    const written = writeTflite(graph);
    expect(written.length).toBeLessThan(model.length);
    expect(readTflite(written)).toEqual(graph);
  },
);
