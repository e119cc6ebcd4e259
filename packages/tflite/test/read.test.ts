import { describe, expect, test } from "vitest";
import { type Graph, perAxis, perTensor } from "@smidgen/graph";
import { goldenModels } from "@smidgen/testing";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { readFlatbuffer } from "../src/flatbuffer/read-flatbuffer.ts";
import type { NewRow } from "../src/schema/schema-types.ts";
import { everyTensorGraph } from "./example-graphs.ts";
import {
  denseModel,
  float32,
  int8,
  scaled,
  withOperator,
  withSubgraph,
  withTensor,
} from "./example-models.ts";
import { writeWastefully } from "./write-wastefully.ts";

const dense = denseModel();
const read = (model: NewRow<"Model">, name = "a.tflite"): Graph =>
  readTflite(writeWastefully(model), { name });
const int = (...values: readonly number[]) => Int32Array.from(values);

test("a careful file is read", () => {
  expect(read(dense)).toEqual({
    name: "main",
    inputs: [0],
    outputs: [3],
    ops: [
      {
        kind: "fully-connected",
        inputs: [0, 1, 2],
        outputs: [3],
        options: { activation: "none", keepNumDims: false },
      },
    ],
    tensors: [
      activation("x", [1, 4], 0.5, -1),
      {
        ...activation("w", [2, 4], 0.25, 0),
        data: Int8Array.of(1, 2, 3, 4, -1, -2, -3, -4),
      },
      { ...activation("b", [2], 0.125, 0), type: "int32", data: int(40, -40) },
      activation("y", [1, 2], 1, 3),
    ],
  });
});

function activation(name: string, shape: readonly number[], scale: number, zeroPoint: number) {
  return {
    name,
    type: "int8",
    shape,
    quantization: perTensor(scale, zeroPoint),
    data: undefined,
    isVariable: false,
  };
}

test("the graph has the subgraph's name, else the file's, else one of ours", () => {
  const nameless = writeWastefully(withSubgraph((s) => ({ ...s, name: undefined })));
  expect(readTflite(nameless, { name: "a.tflite" }).name).toBe("a.tflite");
  expect(readTflite(nameless).name).toBe("model");
  expect(readTflite(writeTflite({ ...read(dense), name: "" }), { name: "a.tflite" }).name).toBe("");
});

test("the scales of a vector lie along its only axis, whatever dimension is stored", () => {
  const scale = Float32Array.of(0.125, 0.25);
  const zero_point = new BigInt64Array(2);
  const oldBias = withTensor(2, { quantization: { scale, zero_point, quantized_dimension: 3 } });
  expect(read(oldBias).tensors[2]?.quantization).toEqual(perAxis(0, [0.125, 0.25]));
  const filter = withTensor(1, { quantization: { scale, zero_point, quantized_dimension: 3 } });
  expect(() => read(filter)).toThrow("2 scales for no slices along axis 3");
});

describe("what a graph cannot hold is refused, all of a kind at once", () => {
  test.each<[what: string, code: string, model: NewRow<"Model">, message: string]>([
    [
      "operators",
      "unsupported-operators",
      {
        ...dense,
        operator_codes: [
          { builtin_code: 32, deprecated_builtin_code: 32, custom_code: "mine" },
          { builtin_code: 160, deprecated_builtin_code: 127 },
          { builtin_code: 999, deprecated_builtin_code: 127 },
        ],
        subgraphs: withSubgraph((s) => ({
          ...s,
          operators: [0, 1, 1, 2].map((code) => ({ ...s.operators[0], opcode_index: code })),
        })).subgraphs,
      },
      'a.tflite uses operators we do not have: CUSTOM "mine" (1×), BITWISE_XOR (2×), operator 999 (1×)',
    ],
    [
      "tensors",
      "unsupported-tensors",
      {
        ...dense,
        subgraphs: withSubgraph((s) => ({
          ...s,
          tensors: s.tensors.map((tensor, id) => ({ ...tensor, ...brokenTensors[id] })),
        })).subgraphs,
      },
      [
        "a.tflite has 4 problems:",
        '- tensor %0 "x" has shape [-1, 4]; every dimension must be static and positive',
        '- tensor %1 "w" is of type COMPLEX64',
        '- tensor %2 "b" has 8 bytes of data; int32 [3] takes 12',
        '- tensor %3 "y" is quantized per axis with zero point 3 at 1; 0 is expected',
      ].join("\n"),
    ],
    ["sparse weights", "unsupported-tensors", withTensor(1, { sparsity: {} }), "is stored sparse"],
    [
      "weights in another file",
      "unsupported-tensors",
      withTensor(1, { external_buffer: 3 }),
      "is stored in another file",
    ],
    [
      "other quantization",
      "unsupported-tensors",
      withTensor(1, {
        quantization: { details: { table: "BlockwiseQuantization", row: { scales: 1 } } },
      }),
      "is quantized by BlockwiseQuantization",
    ],
    [
      "scales without zero points",
      "unsupported-tensors",
      withTensor(0, { quantization: { scale: Float32Array.of(1) } }),
      "has 1 scales and 0 zero points",
    ],
    [
      "a buffer that is not there",
      "unsupported-tensors",
      withTensor(1, { buffer: 7 }),
      "names buffer 7; there are 3",
    ],
    [
      "shuffled weights",
      "unsupported-options",
      withOperator({
        builtin_options: { table: "FullyConnectedOptions", row: { weights_format: 1 } },
      }),
      "operator 0 (fully-connected) has weights in format 1",
    ],
    [
      "an activation of the future",
      "unsupported-options",
      withOperator({
        builtin_options: { table: "FullyConnectedOptions", row: { fused_activation_function: 9 } },
      }),
      "has activation 9",
    ],
    [
      "a missing operand",
      "unsupported-options",
      withOperator({ inputs: int(0, -1, 2) }),
      "has no filter",
    ],
    [
      "too many operands",
      "unsupported-options",
      withOperator({ inputs: int(0, 1, 2, 2) }),
      "has 4 operands, 3 expected",
    ],
    [
      "too many outputs",
      "unsupported-options",
      withOperator({ outputs: int(3, 3) }),
      "has 2 outputs, 1 expected",
    ],
    [
      "subgraphs",
      "unsupported-model",
      { ...dense, subgraphs: [...dense.subgraphs, ...dense.subgraphs] },
      "a.tflite has 2 subgraphs; a graph holds one",
    ],
    [
      "another schema",
      "unsupported-model",
      { ...dense, version: 2 },
      "has schema version 2; version 3 is expected",
    ],
    ["no subgraph", "invalid-tflite", { ...dense, subgraphs: [] }, "it has no subgraph"],
    [
      "a position outside the tensors",
      "invalid-tflite",
      withOperator({ inputs: int(0, 1, 4) }),
      "Model.subgraphs[0].operators[0].inputs names tensor 4; there are 4",
    ],
    [
      "an operator code that is not there",
      "invalid-tflite",
      withOperator({ opcode_index: 5 }),
      "operator 0 has operator code 5; there are 1",
    ],
    [
      "a graph that breaks rules",
      "invalid-graph",
      withTensor(3, { shape: int(1, 3) }),
      "its operands make it [1, 2]",
    ],
  ])("%s", (_, code, model, message) => {
    expect(() => read(model)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) as string }),
    );
  });
});

const brokenTensors: readonly NewRow<"Tensor">[] = [
  { shape: int(-1, 4) },
  { type: 8 },
  { shape: int(3) },
  { quantization: { scale: Float32Array.of(1, 1), zero_point: BigInt64Array.of(0n, 3n) } },
];

describe("what would take forever to check is refused first", () => {
  const long = (count: number) => ({ type: 2, shape: int(count), buffer: 1 });
  const model = (
    builtin: number,
    tensors: readonly NewRow<"Tensor">[],
    operator: NewRow<"Operator">,
    data = new Uint8Array(),
  ): NewRow<"Model"> => ({
    ...dense,
    operator_codes: [{ deprecated_builtin_code: builtin, builtin_code: builtin }],
    subgraphs: [{ inputs: int(0), outputs: operator.outputs, tensors, operators: [operator] }],
    buffers: [{}, { data }],
  });

  test("a tensor of a thousand dimensions", () => {
    const shape = new Int32Array(1000).fill(1);
    expect(() => read(withTensor(0, { shape }))).toThrow("has 1,000 dimensions; 32 is the most");
  });

  test("a mean over a thousand axes", () => {
    const tensors = [{ shape: int(1, 2) }, long(1000), { shape: int(2) }];
    const operator = { inputs: int(0, 1), outputs: int(2) };
    expect(() => read(model(40, tensors, operator, new Uint8Array(4000)))).toThrow(
      "operator 0 (mean) has more than 64 numbers in its axes",
    );
  });

  test("a tensor that unpacks into two billion", () => {
    const count = 2 ** 31 - 1;
    const operator: NewRow<"Operator"> = {
      inputs: int(0),
      outputs: int(1),
      builtin_options: { table: "UnpackOptions", row: { num: count } },
    };
    expect(() => read(model(88, [{ shape: int(count) }, { shape: int() }], operator))).toThrow(
      "operator 0 (unpack) has 1 outputs; its options announce 2147483647",
    );
  });

  test("a thousand constants that overlap", () => {
    const ids = Array.from({ length: 1000 }, (_, i) => i);
    const tensors = ids.map((id) => ({ shape: int(1000 + id), type: int8, buffer: 1 + id }));
    const file = writeWastefully({
      ...model(2, [...tensors, { shape: int(1) }], { inputs: int(...ids), outputs: int(1000) }),
      buffers: [{}, ...ids.map((id) => ({ offset: 2n, size: BigInt(1000 + id) }))],
    });
    expect(() => readTflite(file)).toThrow("overlaps with the data of many others");
  });

  test("a list of problems ends after fifty", () => {
    const many = withSubgraph((s) => ({
      ...s,
      operators: Array.from({ length: 99 }, () => ({ ...s.operators[0], inputs: int(-1, 1) })),
    }));
    expect(() => read(many)).toThrow(/^a\.tflite has 99 problems:\n(- .*\n){50}and 49 more$/);
  });
});

test("tensors that nothing uses are no reason to refuse; they keep their places and names", () => {
  const model = withSubgraph((s) => ({
    ...s,
    tensors: [
      ...s.tensors,
      { name: "words", type: 5, shape: int(2) },
      { name: "any batch", type: float32, shape: int(-1) },
      { name: "kept", type: float32, shape: int(2) },
    ],
  }));
  const { tensors } = read(model);
  const standIn = { type: "int8", shape: [], quantization: undefined, isVariable: false };
  expect(tensors.slice(4)).toEqual([
    { ...standIn, name: "words", data: undefined },
    { ...standIn, name: "any batch", data: undefined },
    { ...standIn, name: "kept", type: "float32", shape: [2], data: undefined },
  ]);
});

test.each<[what: string, quantization: NewRow<"QuantizationParameters">, expected: unknown]>([
  ["one scale is per tensor", scaled(0.5, 3), perTensor(0.5, 3)],
  [
    "one scale is per tensor, whatever its axis",
    { ...scaled(0.5, 3), quantized_dimension: 1 },
    perTensor(0.5, 3),
  ],
  [
    "several are per axis",
    {
      scale: Float32Array.of(0.5, 1, 2, 4),
      zero_point: new BigInt64Array(4),
      quantized_dimension: 1,
    },
    perAxis(1, [0.5, 1, 2, 4]),
  ],
  [
    "one zero point may stand for all",
    {
      scale: Float32Array.of(0.5, 1, 2, 4),
      zero_point: new BigInt64Array(1),
      quantized_dimension: 1,
    },
    perAxis(1, [0.5, 1, 2, 4]),
  ],
  ["ranges alone are none", { min: Float32Array.of(0), max: Float32Array.of(1) }, undefined],
  ["a scale of 0 is none", scaled(0, 0), undefined],
])("quantization: %s", (_, quantization, expected) => {
  const model = withSubgraph((s) => ({
    ...s,
    tensors: [...s.tensors, { name: "q", type: int8, shape: int(2, 4), quantization }],
  }));
  expect(read(model).tensors[4]?.quantization).toEqual(expected);
});

describe("the new shape of a reshape", () => {
  const reshape = (change: NewRow<"Operator">, shape?: readonly number[]): NewRow<"Model"> => ({
    ...dense,
    operator_codes: [{ deprecated_builtin_code: 22, builtin_code: 22 }],
    subgraphs: [
      {
        inputs: int(0),
        outputs: int(1),
        tensors: [
          { type: float32, shape: int(1) },
          { type: float32, shape: int(...(shape ?? [1, 1])) },
          { type: 2, shape: int(2), buffer: 1 },
        ],
        operators: [{ inputs: int(0), outputs: int(1), ...change }],
      },
    ],
    buffers: [{}, { data: new Uint8Array(int(1, -1).buffer) }],
  });
  const option = (...sizes: readonly number[]) =>
    ({ table: "ReshapeOptions", row: { new_shape: int(...sizes) } }) as const;
  const newShape = (model: NewRow<"Model">) => read(model).ops[0]?.options;

  test.each<[from: string, model: NewRow<"Model">, expected: readonly number[]]>([
    ["the operand", reshape({ inputs: int(0, 2) }), [1, -1]],
    [
      "the operand before the option",
      reshape({ inputs: int(0, 2), builtin_options: option(1, 1) }),
      [1, -1],
    ],
    ["the option", reshape({ builtin_options: option(-1, 1) }), [-1, 1]],
    ["the output, if there is neither", reshape({}), [1, 1]],
    ["an old writer's scalar", reshape({ builtin_options: option(0) }, []), []],
  ])("is that of %s", (_, model, expected) => {
    expect(newShape(model)).toEqual({ newShape: expected });
  });
});

test("a depth multiplier that is left out follows from the shapes", () => {
  const filter = { type: float32, shape: int(1, 1, 1, 6), buffer: 1 };
  const model: NewRow<"Model"> = {
    ...dense,
    operator_codes: [{ deprecated_builtin_code: 4, builtin_code: 4 }],
    subgraphs: [
      {
        inputs: int(0),
        outputs: int(2),
        tensors: [
          { type: float32, shape: int(1, 2, 2, 3) },
          filter,
          { type: float32, shape: int(1, 2, 2, 6) },
        ],
        operators: [
          {
            inputs: int(0, 1),
            outputs: int(2),
            builtin_options: {
              table: "DepthwiseConv2DOptions",
              row: { stride_w: 1, stride_h: 1 },
            },
          },
        ],
      },
    ],
    buffers: [{}, { data: new Uint8Array(24) }],
  };
  expect(read(model).ops[0]?.options).toMatchObject({ depthMultiplier: 2, padding: "same" });
});

test("buffer 0 is no constant, whatever it holds", () => {
  const buffers = [{ data: new Uint8Array(4) }, ...dense.buffers.slice(1)];
  expect(read({ ...dense, buffers })).toEqual(read(dense));
});

test("int4 is stored two to a byte, the first in the low half", () => {
  const { buffers } = readFlatbuffer(writeTflite(everyTensorGraph()), { fileName: "test" });
  expect(buffers?.map(({ data }) => data)).toContainEqual(Uint8Array.of(0x78, 0x0f, 0x03));
});

test("a graph does not change when the bytes it was read from do", () => {
  const bytes = writeWastefully(dense);
  const graph = readTflite(bytes);
  const before = structuredClone(graph);
  bytes.fill(0xff);
  expect(graph).toEqual(before);
});

test("a file is read where it lies: in a Buffer of Node's pool, or at an odd place", () => {
  const bytes = writeWastefully(dense);
  const odd = new Uint8Array(bytes.length + 7).subarray(3, 3 + bytes.length);
  odd.set(bytes);
  expect(readTflite(Buffer.from(bytes))).toEqual(readTflite(bytes));
  expect(readTflite(odd)).toEqual(readTflite(bytes));
});

test.for(goldenModels())(
  "operators of $name are written with the versions they came with",
  ({ model, meta }) => {
    const { subgraphs, operator_codes: codes } = readFlatbuffer(writeTflite(readTflite(model)), {
      fileName: "test",
    });
    const versions = (subgraphs?.[0]?.operators ?? []).map(
      ({ opcode_index: index }) => codes?.[index]?.version,
    );
    const list = meta["op_list"] as readonly { readonly op: string; readonly version: number }[];
    expect(versions).toEqual(list.map(({ version }) => version));
  },
);
