import { describe, expect, test } from "vitest";
import {
  elementCount,
  type Graph,
  type GraphBuilder,
  graphBuilder,
  perAxis,
  perTensor,
  type Shape,
  type Tensor,
  type TensorId,
} from "@smidgen/graph";
import { createInterpreter } from "@smidgen/runtime";
import { bytesOf, loadLiteRt, loadTfliteRuntime } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { compareRuns, differences } from "./compare-runs.ts";
import { addFilterOp, type FilterOp } from "./filter-cases.ts";
import { randomValues } from "./random-values.ts";

const runtimes = [
  { runtime: "TensorFlow Lite", load: loadTfliteRuntime },
  { runtime: "LiteRT", load: loadLiteRt },
];

type Stored = Pick<Tensor, "type" | "quantization"> & {
  readonly data: NonNullable<Tensor["data"]>;
};

/** `x × dequantize(stored)`: with x = 1 the output is what the constant stands for. */
function unpacking(shape: Shape, stored: Stored): Graph {
  const b = graphBuilder("unpacking");
  const x = b.input("x", { type: "float32", shape: [1] });
  const packed = b.constant("packed", { ...stored, shape });
  const floats = b.op("dequantize", [packed], {}, { name: "floats", type: "float32" });
  const output = { name: "y", type: "float32" } as const;
  return b.build([b.op("mul", [x, floats], { activation: "none" }, output)]);
}

/** Position of the first byte that an official runtime and ours unpack otherwise; −1 if there is none. */
async function firstDifference(graph: Graph, load: typeof loadLiteRt): Promise<number> {
  const one = Float32Array.of(1);
  const interpreter = createInterpreter(graph);
  interpreter.inputs[0]?.data.set(one as never);
  interpreter.run();
  const ours = bytesOf(interpreter.outputs[0]?.data as Float32Array);
  const theirs = (await load(writeTflite(graph))).run([one])[0] as Uint8Array;
  expect(ours).toHaveLength(theirs.length);
  return ours.findIndex((byte, i) => byte !== theirs[i]);
}

describe.each(runtimes)("$runtime unpacks as ours does, to the last bit,", ({ load }) => {
  test("every finite number of float16", async () => {
    const finite = Array.from({ length: 65_536 }, (_, bits) => bits).filter(
      (bits) => ((bits >> 10) & 31) < 31,
    );
    const data = Uint16Array.from(finite);
    const graph = unpacking([data.length], { type: "float16", quantization: undefined, data });
    expect(await firstDifference(graph, load)).toBe(-1);
  });

  const random = randomValues(1);
  test.each<readonly [string, Shape, Stored]>([
    ["one scale", [3, 5], { type: "int8", quantization: perTensor(0.3, 7), data: random.int8(15) }],
    [
      "a scale for each slice along the first axis",
      [3, 4, 2],
      { type: "int8", quantization: perAxis(0, [0.1, 0.7, 3]), data: random.int8(24) },
    ],
    [
      "a scale for each slice along a later axis",
      [2, 2, 3],
      { type: "int8", quantization: perAxis(2, [0.1, 0.7, 3]), data: random.int8(12) },
    ],
  ])("int8 with %s", async (_, shape, stored) => {
    expect(await firstDifference(unpacking(shape, stored), load)).toBe(-1);
  });
});

test.each([
  ["one scale", perTensor(0.3, 0)],
  ["a scale for each slice", perAxis(0, [0.1, 0.7, 3])],
])("LiteRT unpacks int4 with %s as ours does, to the last bit", async (_, quantization) => {
  const stored = { type: "int4", quantization, data: randomValues(1).int8(15, -8, 7) } as const;
  expect(await firstDifference(unpacking([3, 5], stored), loadLiteRt)).toBe(-1);
});

/** The same operators with weights and biases of float16 or int8 behind dequantize operators. */
function unpacked(kind: FilterOp, type: "float16" | "int8"): Graph {
  const b = graphBuilder(kind);
  const random = randomValues(1);
  const types = { activations: "float32", weights: "float32", bias: "float32" } as const;
  const unpackingBuilder: GraphBuilder = {
    ...b,
    constant(name, tensor) {
      if (tensor.type !== "float32") return b.constant(name, tensor);
      const count = elementCount(tensor.shape);
      const packed: TensorId =
        type === "float16"
          ? b.constant(`${name}/packed`, {
              ...tensor,
              type,
              // From 2⁻⁸ to 4.
              data: Uint16Array.from({ length: count }, () => random.int(7 << 10, 17 << 10)),
            })
          : b.constant(`${name}/packed`, {
              ...tensor,
              type,
              data: random.int8(count),
              quantization: perTensor(0.01, 0),
            });
      return b.op("dequantize", [packed], {}, { name, type: "float32" });
    },
  };
  const outputs = Array.from({ length: 20 }, (_, i) =>
    addFilterOp(unpackingBuilder, `case ${i}`, kind, { ...types, hasBias: true }, random),
  );
  return b.build(outputs);
}

// Convolutions of TensorFlow Lite read beside the image where a stride is longer than its filter.
test.each([
  ["TensorFlow Lite", loadTfliteRuntime, "fully-connected"],
  ["LiteRT", loadLiteRt, "fully-connected"],
  ["LiteRT", loadLiteRt, "conv-2d"],
  ["LiteRT", loadLiteRt, "depthwise-conv-2d"],
] as const)(
  "%s computes with unpacked weights what ours does, within 1e-5 (case %#)",
  async (_, load, kind) => {
    for (const type of ["float16", "int8"] as const) {
      expect(differences(await compareRuns(unpacked(kind, type), { load }), 1e-5)).toEqual([]);
    }
  },
);
