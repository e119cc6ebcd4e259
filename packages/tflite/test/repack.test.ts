import { describe, expect, test } from "vitest";
import { goldenModels } from "@smidgen/testing";
import { readTflite, repackTflite } from "@smidgen/tflite";
import { readFlatbuffer } from "../src/flatbuffer/read-flatbuffer.ts";
import type { NewRow, Row } from "../src/schema/schema-types.ts";
import { denseModel, float32, withSubgraph } from "./example-models.ts";
import { writeWastefully } from "./write-wastefully.ts";

const dropAll = { names: "drop", minMax: "drop", descriptions: "drop" } as const;

/** What every file may have too much of. */
function wastefulModel(): NewRow<"Model"> {
  const dense = denseModel();
  const [subgraph] = dense.subgraphs;
  const range = { min: Float32Array.of(-1), max: Float32Array.of(1) };
  return {
    ...dense,
    description: "made by hand",
    // Codes 0 and 3 are the same; nothing has code 1.
    operator_codes: [
      { deprecated_builtin_code: 9, builtin_code: 9, version: 4 },
      { deprecated_builtin_code: 3, builtin_code: 3, version: 1 },
      { deprecated_builtin_code: 6, builtin_code: 6, version: 2 },
      { deprecated_builtin_code: 9, builtin_code: 9, version: 4 },
    ],
    subgraphs: [
      {
        ...subgraph,
        inputs: Int32Array.of(1),
        outputs: Int32Array.of(5),
        tensors: [
          { name: "unused", shape: Int32Array.of(7), type: float32, buffer: 4 },
          ...subgraph.tensors.map((tensor) => ({
            ...tensor,
            has_rank: true,
            buffer: tensor.buffer ?? 5,
            quantization: { ...tensor.quantization, ...range, quantized_dimension: 1 },
          })),
          { name: "z", shape: Int32Array.of(1, 2), type: float32, buffer: 5, quantization: {} },
        ],
        operators: [
          {
            ...subgraph.operators[0],
            opcode_index: 3,
            inputs: Int32Array.of(1, 2, 3),
            outputs: Int32Array.of(4),
            intermediates: new Int32Array(),
          },
          {
            opcode_index: 2,
            inputs: Int32Array.of(4),
            outputs: Int32Array.of(5),
            builtin_options: { table: "DequantizeOptions", row: {} },
            mutating_variable_inputs: Uint8Array.of(0),
          },
        ],
      },
    ],
    buffers: [
      ...dense.buffers,
      { data: new TextEncoder().encode("2.1.0") },
      { data: new Uint8Array(28) },
      {},
      { data: new Uint8Array(Int32Array.of(0, 1, 6, 64, 0, 16, 32, 48, -1).buffer) },
    ],
    metadata: [
      { name: "min_runtime_version", buffer: 3 },
      { name: "OfflineMemoryAllocation", buffer: 6 },
    ],
    signature_defs: [
      {
        signature_key: "serving_default",
        inputs: [{ name: "image", tensor_index: 1 }],
        outputs: [{ name: "scores", tensor_index: 5 }],
      },
    ],
  };
}

test("what nothing uses goes, what a runtime needs stays", () => {
  const { bytes, dropped, after } = repackTflite(writeWastefully(wastefulModel()), dropAll);
  const model = read(bytes);
  expect(dropped).toEqual({ tensors: 1, buffers: 3, operatorCodes: 2 });
  expect(model.operator_codes).toEqual([
    { deprecated_builtin_code: 9, custom_code: undefined, version: 4, builtin_code: 9 },
    { deprecated_builtin_code: 6, custom_code: undefined, version: 2, builtin_code: 6 },
  ]);
  expect(model.signature_defs?.[0]).toMatchObject({
    signature_key: "serving_default",
    inputs: [{ name: "image", tensor_index: 0 }],
    outputs: [{ name: "scores", tensor_index: 4 }],
  });
  expect(model.description).toBeUndefined();
  const plan = model.metadata?.find(({ name }) => name === "OfflineMemoryAllocation");
  const data = model.buffers?.[plan?.buffer ?? 0]?.data ?? new Uint8Array();
  const words = new Int32Array(data.slice().buffer);
  expect([...words]).toEqual([0, 1, 5, 0, 16, 32, 48, -1]);
  expect(after.minMax + after.unreached).toBe(0);
});

test("by default names, ranges and descriptions stay", () => {
  const model = read(repackTflite(writeWastefully(wastefulModel())).bytes);
  expect(model.description).toBe("made by hand");
  const [tensor] = model.subgraphs?.[0]?.tensors ?? [];
  expect(tensor?.name).toBe("x");
  expect(tensor?.quantization?.min).toEqual(Float32Array.of(-1));
  expect(model.metadata?.map(({ name }) => name)).toContain("min_runtime_version");
});

test("the graph is the same, without the tensors that nothing uses", () => {
  const file = writeWastefully(wastefulModel());
  const before = readTflite(file);
  const after = readTflite(repackTflite(file).bytes);
  expect(after.tensors).toEqual(before.tensors.slice(1));
  expect(after.ops.map(({ kind, options }) => ({ kind, options }))).toEqual(
    before.ops.map(({ kind, options }) => ({ kind, options })),
  );
  expect(after.ops.map(({ inputs }) => inputs)).toEqual([[0, 1, 2], [3]]);
});

test("repacking again changes nothing", () => {
  const once = repackTflite(writeWastefully(wastefulModel()), dropAll).bytes;
  expect(repackTflite(once, dropAll).bytes).toEqual(once);
});

test("where custom operators or other metadata may name tensors, they keep their positions", () => {
  const wasteful = wastefulModel();
  const custom = {
    ...wasteful,
    operator_codes: [
      { builtin_code: 32, deprecated_builtin_code: 32, custom_code: "mine" },
      ...(wasteful.operator_codes ?? []).slice(1),
    ],
  };
  const withMetadata = { ...wasteful, metadata: [{ name: "COMPRESSION_METADATA", buffer: 3 }] };
  const usesCustom = withSubgraph((subgraph) => ({
    ...subgraph,
    ...wasteful.subgraphs?.[0],
    operators: [
      {
        opcode_index: 0,
        inputs: Int32Array.of(1),
        outputs: Int32Array.of(5),
        custom_options: Uint8Array.of(5),
      },
    ],
  }));
  for (const model of [withMetadata, { ...custom, subgraphs: usesCustom.subgraphs }]) {
    const { bytes, dropped } = repackTflite(writeWastefully(model), dropAll);
    expect(dropped.tensors).toBe(0);
    expect(read(bytes).subgraphs?.[0]?.inputs).toEqual(Int32Array.of(1));
  }
});

test("data behind the tables moves into them", () => {
  const dense = denseModel();
  const weights = dense.buffers[1]?.data as Uint8Array;
  const place = (offset: number) =>
    writeWastefully({
      ...dense,
      buffers: [{}, { offset: BigInt(offset), size: 8n }, ...dense.buffers.slice(2)],
    });
  const tables = place(2);
  const file = Uint8Array.of(...place(tables.length), ...weights);
  expect(readTflite(file)).toEqual(readTflite(writeWastefully(dense)));
  const { bytes } = repackTflite(file);
  expect(read(bytes).buffers?.[1]).toEqual({ data: weights, offset: 0n, size: 0n });
  expect(() => repackTflite(file.subarray(0, -1))).toThrow(
    expect.objectContaining({ code: "truncated-file" }),
  );
});

test("buffer 0 becomes empty: tensors without data refer to it", () => {
  const dense = denseModel();
  const text = new TextEncoder().encode("made by hand");
  const file = writeWastefully({
    ...dense,
    buffers: [{ data: text }, ...dense.buffers.slice(1)],
    metadata: [{ name: "TFLITE_METADATA", buffer: 0 }],
  });
  const { buffers = [], metadata = [] } = read(repackTflite(file).bytes);
  expect(buffers[0]?.data).toBeUndefined();
  expect(buffers[metadata[0]?.buffer ?? 0]?.data).toEqual(text);
});

test("buffers that overlap behind the tables are refused before they are copied", () => {
  const dense = denseModel();
  const many = Array.from({ length: 100 }, () => ({ offset: 2n, size: 1000n }));
  const file = writeWastefully({ ...dense, buffers: [...dense.buffers, ...many] });
  expect(() => repackTflite(file)).toThrow(expect.objectContaining({ code: "invalid-tflite" }));
});

test.each([
  ["a tensor", withSubgraph((subgraph) => ({ ...subgraph, inputs: Int32Array.of(4) }))],
  ["a buffer", { ...denseModel(), metadata: [{ name: "a", buffer: 9 }] }],
  ["an operator code", { ...denseModel(), operator_codes: [] }],
  ["a subgraph", { ...denseModel(), signature_defs: [{ signature_key: "s", subgraph_index: 1 }] }],
])("a position of %s that points nowhere is refused", (_, model) => {
  expect(() => repackTflite(writeWastefully(model), { name: "a.tflite" })).toThrow(
    expect.objectContaining({
      code: "invalid-tflite",
      message: expect.stringContaining("a.tflite is damaged") as unknown,
    }),
  );
});

test("a file with a ZIP archive behind the model is refused", () => {
  const file = Uint8Array.of(
    ...writeWastefully(denseModel()),
    0x50,
    0x4b,
    5,
    6,
    ...new Uint8Array(18),
  );
  expect(() => repackTflite(file)).toThrow(expect.objectContaining({ code: "unsupported-model" }));
});

test("a file of a newer schema is refused: what we do not know would be lost", () => {
  // The vtable of the model gets a twelfth field.
  const file = writeWastefully({ ...denseModel(), external_buffers: [] });
  const grown = new DataView(new ArrayBuffer(file.length + 30));
  new Uint8Array(grown.buffer).set(file);
  const root = grown.getUint32(0, true);
  const vtable = root - grown.getInt32(root, true);
  const bytes = grown.getUint16(vtable, true);
  for (let i = 0; i < bytes; i++) grown.setUint8(file.length + i, grown.getUint8(vtable + i));
  grown.setUint16(file.length, bytes + 2, true);
  grown.setUint16(file.length + bytes, 4, true);
  grown.setInt32(root, root - file.length, true);
  expect(() => repackTflite(new Uint8Array(grown.buffer))).toThrow("field 10 of Model");
});

describe.each(goldenModels())("$name", ({ name, model }) => {
  const kept = repackTflite(model, { name });
  const small = repackTflite(model, { name, ...dropAll });

  test("gets smaller, and smaller still without names", () => {
    expect(kept.bytes.length).toBeLessThan(model.length);
    expect(small.bytes.length).toBeLessThan(kept.bytes.length);
    expect(sum(small.after)).toBe(small.bytes.length);
    expect(sum(small.before)).toBe(model.length);
    expect(small.after).toMatchObject({ tensorData: kept.after.tensorData, unreached: 0 });
  });
});

test.for(goldenModels().filter(({ name }) => name === "kws_ref_model"))(
  "$name fits in 35,000 bytes without names",
  ({ model }) => {
    expect(repackTflite(model, dropAll).bytes.length).toBeLessThan(35_000);
  },
);

function read(bytes: Uint8Array): Row<"Model"> {
  return readFlatbuffer(bytes, { fileName: "test" });
}

function sum(use: object): number {
  return (Object.values(use) as number[]).reduce((a, b) => a + b, 0);
}
