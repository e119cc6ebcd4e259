import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { multiplyAccumulates } from "@smidgen/graph";
import { goldenModels } from "@smidgen/testing";
import { inspectTflite, readTflite, writeTflite } from "@smidgen/tflite";
import { everyOperatorGraph, everyTensorGraph } from "./example-graphs.ts";
import { denseModel, withOperator, withTensor } from "./example-models.ts";
import { writeWastefully } from "./write-wastefully.ts";

const dense = writeWastefully(denseModel());

test("a small model, all of it", () => {
  const inspection = inspectTflite(dense, { name: "dense.tflite" });
  expect(JSON.parse(JSON.stringify(inspection))).toMatchInlineSnapshot(`
    {
      "buffers": {
        "count": 3,
        "unused": 0,
        "withData": 2,
      },
      "byteUse": {
        "framing": 125,
        "lists": 92,
        "minMax": 0,
        "names": 8,
        "otherData": 0,
        "padding": 51,
        "scales": 16,
        "tables": 348,
        "tensorData": 16,
        "unreached": 0,
        "zeroPoints": 32,
      },
      "bytes": 688,
      "fileName": "dense.tflite",
      "metadata": [],
      "operatorCodes": [
        {
          "name": "FULLY_CONNECTED",
          "uses": 1,
          "version": 4,
        },
      ],
      "schemaVersion": 3,
      "signatures": [],
      "subgraphs": [
        {
          "arena": {
            "liveBytes": [
              32,
            ],
            "lowerBoundBytes": 32,
            "requests": [
              {
                "bytes": 4,
                "firstUse": 0,
                "lastUse": 0,
                "tensor": 0,
              },
              {
                "bytes": 2,
                "firstUse": 0,
                "lastUse": 0,
                "tensor": 3,
              },
            ],
            "unsized": [],
            "variableBytes": 0,
          },
          "inputs": [
            0,
          ],
          "multiplyAccumulates": 8,
          "name": "main",
          "operators": [
            {
              "inputs": [
                0,
                1,
                2,
              ],
              "intermediates": [],
              "multiplyAccumulates": 8,
              "name": "FULLY_CONNECTED",
              "options": {
                "asymmetric_quantize_inputs": false,
                "fused_activation_function": "NONE",
                "keep_num_dims": false,
                "quantized_bias_type": "FLOAT32",
                "table": "FullyConnectedOptions",
                "weights_format": "DEFAULT",
              },
              "outputs": [
                3,
              ],
              "parameters": 10,
              "version": 4,
            },
          ],
          "outputs": [
            3,
          ],
          "parameters": 10,
          "tensors": [
            {
              "buffer": 0,
              "bytes": 4,
              "isVariable": false,
              "name": "x",
              "quantization": {
                "axis": 0,
                "max": [],
                "min": [],
                "scales": [
                  0.5,
                ],
                "zeroPoints": [
                  -1,
                ],
              },
              "shape": [
                1,
                4,
              ],
              "sharedWith": 0,
              "type": "INT8",
            },
            {
              "buffer": 1,
              "bytes": 8,
              "isVariable": false,
              "name": "w",
              "quantization": {
                "axis": 0,
                "max": [],
                "min": [],
                "scales": [
                  0.25,
                ],
                "zeroPoints": [
                  0,
                ],
              },
              "shape": [
                2,
                4,
              ],
              "sharedWith": 0,
              "storedBytes": 8,
              "type": "INT8",
            },
            {
              "buffer": 2,
              "bytes": 8,
              "isVariable": false,
              "name": "b",
              "quantization": {
                "axis": 0,
                "max": [],
                "min": [],
                "scales": [
                  0.125,
                ],
                "zeroPoints": [
                  0,
                ],
              },
              "shape": [
                2,
              ],
              "sharedWith": 0,
              "storedBytes": 8,
              "type": "INT32",
            },
            {
              "buffer": 0,
              "bytes": 2,
              "isVariable": false,
              "name": "y",
              "quantization": {
                "axis": 0,
                "max": [],
                "min": [],
                "scales": [
                  1,
                ],
                "zeroPoints": [
                  3,
                ],
              },
              "shape": [
                1,
                2,
              ],
              "sharedWith": 0,
              "type": "INT8",
            },
          ],
        },
      ],
      "unknownFields": [],
    }
  `);
});

test("a file with operators and options of its own is shown as it is", () => {
  const custom = { builtin_code: 32, deprecated_builtin_code: 32, custom_code: "mine", version: 7 };
  const model = withOperator({
    custom_options: Uint8Array.of(1, 0xab),
    inputs: Int32Array.of(0, -1, 99),
    builtin_options: {
      table: "Conv2DOptions",
      row: { padding: 1, stride_h: 2, fused_activation_function: 77 },
    },
  });
  const { subgraphs, operatorCodes } = inspectTflite(
    writeWastefully({ ...model, operator_codes: [custom] }),
  );
  expect(operatorCodes).toEqual([{ name: 'CUSTOM "mine"', version: 7, uses: 1 }]);
  expect(subgraphs[0]?.operators[0]).toMatchObject({
    name: 'CUSTOM "mine"',
    version: 7,
    inputs: [0, -1, 99],
    options: {
      table: "Conv2DOptions",
      padding: "VALID",
      stride_h: 2,
      fused_activation_function: 77,
    },
    customOptions: { bytes: 2, hex: "01ab" },
    multiplyAccumulates: undefined,
  });
});

test("numbers that JSON has no words for are text", () => {
  const quantization = {
    scale: Float32Array.of(Number.NaN, -Infinity),
    zero_point: BigInt64Array.of(2n ** 62n, 1n),
  };
  const { subgraphs } = inspectTflite(writeWastefully(withTensor(0, { quantization })));
  expect(subgraphs[0]?.tensors[0]?.quantization).toMatchObject({
    scales: ["NaN", "-Infinity"],
    zeroPoints: ["4611686018427387904", 1],
  });
});

test("a dynamic shape has no size, and is told of", () => {
  const model = withTensor(0, { shape: Int32Array.of(-1, 4) });
  const { subgraphs } = inspectTflite(writeWastefully(model));
  expect(subgraphs[0]?.tensors[0]?.bytes).toBeUndefined();
  expect(subgraphs[0]?.arena).toMatchObject({ unsized: [0], liveBytes: [16] });
  expect(subgraphs[0]?.operators[0]?.multiplyAccumulates).toBeUndefined();
});

test("bytes by use add up to the file, whatever its bytes are", () => {
  const files = [dense, writeTflite(everyOperatorGraph()), writeTflite(everyTensorGraph())];
  fc.assert(
    fc.property(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      fc.uint8Array({ maxLength: 40 }),
      (file, changes, tail) => {
        const damaged = Uint8Array.of(...file, ...tail);
        for (const [at, byte] of changes) damaged[at % file.length] = byte;
        const uses = inspectIfSound(damaged);
        fc.pre(uses !== undefined);
        expect(sum(uses)).toBe(damaged.length);
      },
    ),
  );
});

test("each kind of byte is counted where it belongs", () => {
  const { byteUse } = inspectTflite(dense);
  // 8 bytes of weights and 8 of biases; 4 scales; 4 zero points; "x" "w" "b" "y" "main".
  expect(byteUse).toMatchObject({
    tensorData: 16,
    scales: 16,
    zeroPoints: 32,
    names: 8,
    minMax: 0,
    unreached: 0,
  });
  expect(inspectTflite(Uint8Array.of(...dense, 1, 2, 3)).byteUse.unreached).toBe(3);
  expect(inspectTflite(Uint8Array.of(...dense, ...new Uint8Array(16))).byteUse.unreached).toBe(16);
});

describe.each(goldenModels())("$name", ({ name, model, meta }) => {
  const inspection = inspectTflite(model, { name });
  const [subgraph] = inspection.subgraphs;

  test("is inspected whole", () => {
    expect(sum(inspection.byteUse)).toBe(model.length);
    expect(subgraph?.operators.map((operator) => operator.name)).toEqual(meta.ops);
    const stored = subgraph?.tensors.map(({ storedBytes }) => storedBytes !== undefined);
    expect(stored).toEqual(meta.tensors.map((tensor) => tensor.const));
    expect(subgraph?.tensors.map(({ bytes }) => bytes)).toEqual(
      meta.tensors.map(({ bytes }) => bytes),
    );
    const text = JSON.stringify(inspection);
    expect(JSON.stringify(JSON.parse(text))).toBe(text);
  });

  test("arena requests are those of TFLM, whose plan keeps apart what lives at the same time", () => {
    const requests = subgraph?.arena.requests ?? [];
    const offsetOf = (tensor: number) => meta.tensors[tensor]?.arena_offset ?? -1;
    const planned = meta.tensors
      .filter((tensor) => tensor.arena_offset >= 0 && !tensor.variable)
      .map(({ i }) => i);
    expect(requests.map(({ tensor }) => tensor)).toEqual(planned);
    const overlaps = requests.flatMap((a, i) =>
      requests
        .slice(i + 1)
        .filter((b) => a.firstUse <= b.lastUse && b.firstUse <= a.lastUse)
        .filter((b) => {
          const [startA, startB] = [offsetOf(a.tensor), offsetOf(b.tensor)];
          return startA < startB + b.bytes && startB < startA + a.bytes;
        }),
    );
    expect(overlaps).toEqual([]);
    const end = Math.max(...requests.map(({ tensor, bytes }) => offsetOf(tensor) + bytes));
    expect(subgraph?.arena.lowerBoundBytes).toBeLessThanOrEqual(Math.ceil(end / 16) * 16);
  });
});

test.for(goldenModels())("multiply-accumulates of $name are those of its graph", ({ model }) => {
  const graph = readTflite(model);
  const expected = graph.ops.map((op) => multiplyAccumulates(op, graph.tensors));
  const operators = inspectTflite(model).subgraphs[0]?.operators ?? [];
  expect(operators.map((operator) => operator.multiplyAccumulates)).toEqual(expected);
});

test.for(goldenModels().filter(({ name }) => name.startsWith("trained_lstm")))(
  "$name multiplies 28 times by four input and four recurrent matrices",
  ({ model }) => {
    const operators = inspectTflite(model).subgraphs[0]?.operators ?? [];
    const [lstm] = operators.filter(({ name }) => name === "UNIDIRECTIONAL_SEQUENCE_LSTM");
    expect(lstm?.multiplyAccumulates).toBe(28 * (4 * 28 * 20 + 4 * 20 * 20));
  },
);

function inspectIfSound(bytes: Uint8Array): object | undefined {
  try {
    return inspectTflite(bytes).byteUse;
  } catch {
    return undefined;
  }
}

function sum(use: object): number {
  return (Object.values(use) as number[]).reduce((a, b) => a + b, 0);
}
