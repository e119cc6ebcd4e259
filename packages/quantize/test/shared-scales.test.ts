import { describe, expect, test } from "vitest";
import {
  type GraphBuilder,
  graphBuilder,
  type OpKind,
  type OpOf,
  perTensor,
  type TensorId,
} from "@smidgen/graph";
import { calibrate, quantizeGraph, type Range, type Scheme } from "@smidgen/quantize";

/** A graph on vectors of 4, and what becomes of it. */
function quantized(
  build: (b: Builder) => readonly TensorId[],
  ranges: Readonly<Record<string, Range>>,
  scheme: Scheme = { default: "int8" },
) {
  const b = graphBuilder("shared");
  const op = <K extends OpKind>(
    kind: K,
    name: string,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
  ) => b.op(kind, operands, options, { name, type: "float32" });
  const input = (name: string) => b.input(name, { type: "float32", shape: [4] });
  const constant = (name: string, ...values: readonly number[]) =>
    b.constant(name, { type: "float32", shape: [values.length], data: Float32Array.from(values) });
  const float = b.build(
    build({
      ...b,
      relu: (x, name) => op("relu", name, [x], {}),
      named: op,
      vector: input,
      floats: constant,
    }),
  );
  const graph = quantizeGraph(float, { samples: 1, tensors: ranges }, scheme);
  return {
    graph,
    scales: Object.fromEntries(graph.tensors.map(({ name, quantization }) => [name, quantization])),
    ops: graph.ops.map(({ kind, inputs, outputs }) => {
      const names = (ids: readonly (TensorId | undefined)[]) =>
        ids.map((id) => graph.tensors[id ?? -1]?.name).join(", ");
      return `${kind}(${names(inputs)}) → ${names(outputs)}`;
    }),
  };
}

interface Builder extends GraphBuilder {
  readonly named: <K extends OpKind>(
    kind: K,
    name: string,
    operands: OpOf<K>["inputs"],
    options: OpOf<K>["options"],
  ) => TensorId;
  readonly relu: (x: TensorId, name: string) => TensorId;
  readonly vector: (name: string) => TensorId;
  readonly floats: (name: string, ...values: readonly number[]) => TensorId;
}

const end = { axis: 0, activation: "none" } as const;
/** 0 to 2.55 × factor has the scale 0.01 × factor. */
const upTo = (factor: number): Range => ({ min: 0, max: 2.55 * factor });
const scaleOf = (factor: number) => perTensor(Math.fround(Math.fround(2.55 * factor) / 255), -128);

describe("operators that pick values", () => {
  test("what is concatenated shares the range of the result, back to where it was computed", () => {
    const { scales, ops } = quantized(
      (b) => {
        const a = b.relu(b.vector("x"), "a");
        const moved = b.named("reshape", "moved", [a, undefined], { newShape: [4] });
        return [b.named("concatenation", "y", [moved, b.relu(b.vector("z"), "c")], end)];
      },
      { x: upTo(1), z: upTo(4), a: upTo(1), moved: upTo(1), c: upTo(2), y: upTo(2) },
    );
    for (const name of ["a", "moved", "c", "y"]) expect(scales[name]).toEqual(scaleOf(2));
    expect(scales).toMatchObject({ x: scaleOf(1), z: scaleOf(4) });
    expect(ops).toHaveLength(4);
  });

  test("one range covers what is concatenated twice", () => {
    const { scales } = quantized(
      (b) => {
        const [x, y, z] = [b.vector("x"), b.vector("y"), b.vector("z")];
        return [
          b.named("concatenation", "xy", [x, y], end),
          b.named("concatenation", "yz", [y, z], end),
        ];
      },
      { xy: { min: 0, max: 127 }, yz: { min: -128, max: 0 } },
    );
    const shared = perTensor(1, 0);
    expect(scales).toEqual({ x: shared, y: shared, z: shared, xy: shared, yz: shared });
  });

  test("a fixed scale is not changed: its operator's output is copied, once for all who read it", () => {
    const { scales, ops } = quantized(
      (b) => {
        const x = b.vector("x");
        const gate = b.named("logistic", "gate", [x], {});
        return [
          b.named("concatenation", "y", [gate, x, gate], end),
          b.named("pack", "z", [x, gate], { axis: 0 }),
        ];
      },
      { x: upTo(2), y: upTo(2), z: upTo(2) },
    );
    expect(ops).toEqual([
      "logistic(x) → gate",
      "quantize(gate) → gate/requantized",
      "concatenation(gate/requantized, x, gate/requantized) → y",
      "pack(x, gate/requantized) → z",
    ]);
    expect(scales).toMatchObject({
      gate: perTensor(1 / 256, -128),
      "gate/requantized": scaleOf(2),
      y: scaleOf(2),
    });
  });

  test("what is stored alike already stays so, whatever was seen of the result", () => {
    const { scales, ops } = quantized(
      (b) => {
        const x = b.vector("x");
        const [a, c] = [b.named("logistic", "a", [x], {}), b.named("logistic", "c", [x], {})];
        return [b.named("maximum", "y", [a, c], {})];
      },
      { x: upTo(1), y: { min: 0.25, max: 0.75 } },
    );
    expect(ops).toHaveLength(3);
    expect(scales["y"]).toEqual(perTensor(1 / 256, -128));
  });

  test("a range that is clipped by constants is the clipped one, and constants saturate", () => {
    const { graph, scales } = quantized(
      (b) => {
        const below = b.named("minimum", "below", [b.vector("x"), b.floats("six", 5.1)], {});
        return [b.named("maximum", "y", [below, b.floats("low", -1, 0, 1, 100)], {})];
      },
      { x: { min: -100, max: 100 }, below: { min: -100, max: 5.1 }, y: upTo(2) },
    );
    const { low, ...others } = scales;
    for (const quantization of Object.values(others)) expect(quantization).toEqual(scaleOf(2));
    expect(graph.tensors.find(({ name }) => name === "low")).toMatchObject({
      quantization: low,
      data: Int8Array.of(-128, -128, -78, 127),
    });
  });

  test("who computes with a tensor that is clipped elsewhere still gets all of it", () => {
    const { scales } = quantized(
      (b) => {
        const x = b.vector("x");
        const clipped = b.named("minimum", "clipped", [x, b.floats("six", 5.1)], {});
        return [clipped, b.named("tanh", "squashed", [x], {})];
      },
      { x: upTo(10), clipped: upTo(2) },
    );
    expect(scales).toMatchObject({ x: scaleOf(10), clipped: scaleOf(10) });
  });

  test("an average of what is clipped would be another: its input keeps its range", () => {
    const { scales } = quantized(
      (b) => {
        const image = b.input("image", { type: "float32", shape: [1, 2, 2, 1] });
        const size = b.constant("size", { type: "int32", shape: [2], data: Int32Array.of(3, 3) });
        const centers = { alignCorners: true, halfPixelCenters: false };
        const larger = b.named("resize-bilinear", "larger", [image, size], centers);
        return [b.named("minimum", "y", [larger, b.floats("two", 2.55)], {})];
      },
      { image: upTo(10), larger: upTo(9), y: upTo(1) },
    );
    expect(scales).toMatchObject({ image: scaleOf(10), larger: scaleOf(10), y: scaleOf(10) });
  });

  test("a scale that is too fine for an operator is not forced on it", () => {
    const { scales, ops } = quantized(
      (b) => {
        const x = b.vector("x");
        const sum = b.named("add", "sum", [x, x], { activation: "none" });
        return [b.named("minimum", "y", [sum, b.floats("tiny", 0.001)], {})];
      },
      { x: upTo(100), sum: upTo(200), y: { min: 0, max: 0.001 } },
    );
    expect(scales["sum"]).toEqual(scaleOf(200));
    expect(ops).toContain("quantize(sum) → sum/requantized");
  });

  test("padding may lie outside of what it surrounds", () => {
    const { graph, scales } = quantized(
      (b) => {
        const paddings = b.constant("paddings", {
          type: "int32",
          shape: [1, 2],
          data: Int32Array.of(1, 0),
        });
        const value = b.constant("value", {
          type: "float32",
          shape: [],
          data: Float32Array.of(5.1),
        });
        return [b.named("pad-v2", "y", [b.vector("x"), paddings, value], {})];
      },
      { x: upTo(1), y: upTo(2) },
    );
    expect(scales).toMatchObject({ x: scaleOf(2), y: scaleOf(2) });
    expect(graph.tensors.find(({ name }) => name === "value")?.data).toEqual(Int8Array.of(127));
  });
});

describe("positions", () => {
  const lookup = (b: Builder) => {
    const words = b.input("words", { type: "int32", shape: [2] });
    const table = b.constant("table", {
      type: "float32",
      shape: [2, 2],
      data: Float32Array.of(-1.28, 0, 1.27, 0.5),
    });
    const meaning = b.named("embedding-lookup", "meaning", [words, table], {});
    const axis = b.constant("axis", { type: "int32", shape: [], data: Int32Array.of(1) });
    return [b.op("arg-max", [meaning, axis], {}, { name: "best", type: "int32" })];
  };

  test("stay integers; what is looked up is stored as in the table", () => {
    const { graph, scales } = quantized(lookup, {});
    const types = Object.fromEntries(graph.tensors.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({ words: "int32", table: "int8", meaning: "int8", best: "int32" });
    expect(scales["meaning"]).toEqual(perTensor(Math.fround(0.01), 0));
  });

  test("need no operators that convert", () => {
    const { ops } = quantized(
      lookup,
      {},
      { default: "int8", inputs: "float32", outputs: "float32" },
    );
    expect(ops).toEqual([
      "embedding-lookup(words, table) → meaning",
      "arg-max(meaning, axis) → best",
    ]);
  });

  test("are nothing to compute with", () => {
    const b = graphBuilder("sum of positions");
    const x = b.input("x", { type: "int32", shape: [2] });
    const y = b.op("add", [x, x], { activation: "none" }, { name: "y", type: "int32" });
    expect(() => quantizeGraph(b.build([y]), { samples: 1, tensors: {} })).toThrow(
      expect.objectContaining({
        code: "not-a-float-graph",
        message: expect.stringContaining('operator 0 (add): "x" is int32'),
      }),
    );
  });

  test("are calibrated with, in arrays of their own", () => {
    const b = graphBuilder("positions");
    const words = b.input("words", { type: "int32", shape: [2] });
    const x = b.input("x", { type: "float32", shape: [2] });
    const graph = b.build([words, b.op("relu", [x], {}, { name: "y", type: "float32" })]);
    const ranges = calibrate(graph, [[Int32Array.of(7, 1), Float32Array.of(-1, 2)]]);
    expect(ranges.tensors).toEqual({ x: { min: -1, max: 2 }, y: { min: 0, max: 2 } });
    expect(() => calibrate(graph, [[Float32Array.of(7, 1), Float32Array.of(-1, 2)]])).toThrow(
      expect.objectContaining({
        code: "wrong-sample",
        message: 'sample 0 holds Float32Array where "words" takes Int32Array',
      }),
    );
  });
});
