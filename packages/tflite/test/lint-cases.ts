import type { FindingCode } from "@smidgen/tflite";
import { readFlatbuffer } from "../src/flatbuffer/read-flatbuffer.ts";
import { enums } from "../src/schema/enums.ts";
import type { NewRow } from "../src/schema/schema-types.ts";
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

export interface LintCase {
  readonly code: FindingCode;
  readonly what: string;
  readonly file: Uint8Array;
  /** A part of where the finding must be. */
  readonly place: string;
  /** What else cannot but be wrong in the file. */
  readonly also?: readonly FindingCode[];
}

const dense = denseModel();
const [subgraph] = dense.subgraphs;
const [, w] = subgraph.tensors as readonly [Tensor, Tensor];
const [fullyConnected] = subgraph.operators as readonly [NewRow<"Operator">];
type Tensor = NewRow<"Tensor">;

const int = (...values: readonly number[]) => Int32Array.from(values);
const codeOf = (name: (typeof enums.BuiltinOperator.names)[number]) =>
  enums.BuiltinOperator.names.indexOf(name);
const operatorCode = (
  name: (typeof enums.BuiltinOperator.names)[number],
  version = 1,
): NewRow<"OperatorCode"> => ({
  deprecated_builtin_code: Math.min(127, codeOf(name)),
  builtin_code: codeOf(name),
  version,
});

function withOfflinePlan(...offsets: readonly number[]): Uint8Array {
  const words = int(0, 1, offsets.length, ...offsets);
  return writeWastefully({
    ...dense,
    metadata: [{ name: "OfflineMemoryAllocation", buffer: 3 }],
    buffers: [...dense.buffers, { data: new Uint8Array(words.buffer) }],
  });
}

/** One operator with operands and outputs given by their tensors; inputs are what has no buffer. */
function oneOperator(
  name: (typeof enums.BuiltinOperator.names)[number],
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  more: NewRow<"Operator"> & { readonly version?: number; readonly model?: NewRow<"Model"> } = {},
): NewRow<"Model"> {
  const { version = 1, model, ...operator } = more;
  const ids = inputs.map((_, id) => id);
  return {
    ...dense,
    operator_codes: [operatorCode(name, version)],
    subgraphs: [
      {
        inputs: Int32Array.from(ids.filter((id) => inputs[id]?.buffer === undefined)),
        outputs: Int32Array.from(outputs, (_, i) => inputs.length + i),
        tensors: [...inputs, ...outputs],
        operators: [
          {
            inputs: Int32Array.from(ids),
            outputs: Int32Array.from(outputs, (_, i) => inputs.length + i),
            ...operator,
          },
        ],
      },
    ],
    ...model,
  };
}

const relu = (id: number, from: number, to: number): NewRow<"Operator"> => ({
  opcode_index: id,
  inputs: int(from),
  outputs: int(to),
});
const activation = (name: string, more: Tensor = {}): Tensor => ({
  name,
  type: float32,
  shape: int(1, 4),
  ...more,
});
const quantized = (name: string, scale: number, zeroPoint: number, more: Tensor = {}): Tensor => ({
  name,
  type: int8,
  shape: int(1, 4),
  quantization: scaled(scale, zeroPoint),
  ...more,
});

/** Three activations that RELUs may connect as they like. */
function relus(
  operators: readonly NewRow<"Operator">[],
  outputs: readonly number[],
): NewRow<"Model"> {
  return {
    ...dense,
    operator_codes: [operatorCode("RELU")],
    subgraphs: [
      {
        inputs: int(0),
        outputs: Int32Array.from(outputs),
        tensors: ["a", "b", "c"].map((name) => activation(name)),
        operators,
      },
    ],
    buffers: [{}],
  };
}

const controlFlow = (
  then: number,
  otherwise: number,
  code = operatorCode("IF"),
): NewRow<"Model"> => {
  const branch: NewRow<"SubGraph"> = {
    inputs: int(0),
    outputs: int(1),
    tensors: [activation("p"), activation("q")],
    operators: [relu(1, 0, 1)],
  };
  return {
    ...dense,
    operator_codes: [code, operatorCode("RELU")],
    subgraphs: [
      {
        inputs: int(0, 1),
        outputs: int(2),
        tensors: [{ name: "condition", type: 6, shape: int(1) }, activation("a"), activation("r")],
        operators: [
          {
            opcode_index: 0,
            inputs: int(0, 1),
            outputs: int(2),
            builtin_options: {
              table: "IfOptions",
              row: { then_subgraph_index: then, else_subgraph_index: otherwise },
            },
          },
        ],
      },
      branch,
      branch,
    ],
    buffers: [{}],
  };
};

/** The smallest file for each finding. */
export const lintCases: readonly LintCase[] = [
  {
    code: "not-tflite",
    what: "text",
    file: new TextEncoder().encode("<!doctype html>"),
    place: "file",
  },
  {
    code: "truncated-file",
    what: "half a file",
    file: writeWastefully(dense).subarray(0, 400),
    place: "file",
  },
  {
    code: "invalid-tflite",
    what: "a string that does not end",
    file: patch(writeWastefully(dense), (bytes) => {
      const at = new TextDecoder("latin1").decode(bytes).indexOf("main");
      bytes[at + 4] = 1;
    }),
    place: "file",
  },
  {
    code: "schema-version",
    what: "schema version 4",
    file: writeWastefully({ ...dense, version: 4 }),
    place: "file",
  },
  {
    code: "newer-schema",
    what: "an options table from the future",
    file: patch(
      writeWastefully(withOperator({ builtin_options: { table: "RightShiftOptions", row: {} } })),
      (bytes) => {
        // The union's code, 126, is the only byte of this value.
        const at = bytes.lastIndexOf(126);
        bytes[at] = 127;
      },
    ),
    place: "file",
  },
  {
    code: "missing-part",
    what: "no operators",
    file: writeWastefully(withSubgraph((s) => ({ ...s, operators: undefined }))),
    place: "subgraph 0",
    also: ["never-written", "unused-tensor"],
  },
  {
    code: "missing-part",
    what: "no subgraphs",
    file: writeWastefully({ ...dense, subgraphs: [] }),
    place: "file",
  },
  {
    code: "missing-part",
    what: "an operator without outputs",
    file: writeWastefully(withOperator({ outputs: undefined })),
    place: "operator 0 (FULLY_CONNECTED)",
    also: ["never-written", "operands-mismatch"],
  },
  {
    code: "misaligned-part",
    what: "everything moved by a byte",
    file: shifted(writeWastefully(dense)),
    place: "file",
    also: ["misaligned-data", "misaligned-elements"],
  },
  {
    code: "misaligned-data",
    what: "data at multiples of 4",
    file: writeWastefully(dense, { forceAlign: false }),
    place: "file",
  },
  {
    code: "misaligned-elements",
    what: "int64 at an odd multiple of 4",
    file: misalignedInt64(),
    place: 'tensor 1 "b"',
    also: ["misaligned-data", "unsupported-types"],
  },
  {
    code: "unreached-bytes",
    what: "bytes behind the model",
    file: Uint8Array.of(...writeWastefully(dense), 1, 2),
    place: "file",
  },

  {
    code: "buffer-position",
    what: "buffer 9 of 3",
    file: writeWastefully(withTensor(1, { buffer: 9 })),
    place: 'tensor 1 "w"',
    also: ["never-written"],
  },
  {
    code: "buffer-0-not-empty",
    what: "data in buffer 0",
    file: writeWastefully({
      ...dense,
      buffers: [{ data: Uint8Array.of(1) }, ...dense.buffers.slice(1)],
    }),
    place: "buffer 0",
  },
  {
    code: "empty-buffer-data",
    what: "a data vector of 0 bytes",
    file: writeWastefully({
      ...dense,
      subgraphs: withTensor(3, { buffer: 3 }).subgraphs,
      buffers: [...dense.buffers, { data: new Uint8Array() }],
    }),
    place: "buffer 3",
  },
  {
    code: "buffer-size",
    what: "weights cut short",
    file: writeWastefully({
      ...dense,
      buffers: [{}, { data: new Uint8Array(7) }, ...dense.buffers.slice(2)],
    }),
    place: 'tensor 1 "w"',
  },
  {
    code: "outside-data",
    what: "weights behind the tables",
    file: withOutsideData(),
    place: "buffer 1",
  },
  {
    code: "external-data",
    what: "weights in another file",
    file: writeWastefully(withTensor(1, { external_buffer: 1 })),
    place: 'tensor 1 "w"',
  },
  {
    code: "variable-with-data",
    what: "a variable with data",
    file: writeWastefully(withTensor(2, { is_variable: true })),
    place: 'tensor 2 "b"',
  },
  {
    code: "shared-buffer-written",
    what: "an output that shares the weights' buffer",
    file: writeWastefully(withTensor(3, { buffer: 1, shape: int(1, 8) })),
    place: 'tensor 3 "y"',
    also: ["written-constant", "shape-mismatch"],
  },

  {
    code: "operator-code-position",
    what: "code 3 of 1",
    file: writeWastefully(withOperator({ opcode_index: 3 })),
    place: "operator 0",
  },
  {
    code: "unsupported-operator",
    what: "an operator that no runtime has",
    file: writeWastefully(oneOperator("STABLEHLO_SORT", [activation("a")], [activation("y")])),
    place: "operator code 0",
  },
  {
    code: "custom-operator",
    what: "an operator of one's own",
    file: writeWastefully(
      oneOperator("CUSTOM", [activation("a")], [activation("y")], {
        model: { operator_codes: [{ ...operatorCode("CUSTOM"), custom_code: "mine" }] },
      }),
    ),
    place: "operator code 0",
  },
  {
    code: "custom-operator-name",
    what: "a custom operator without a name",
    file: writeWastefully(oneOperator("CUSTOM", [activation("a")], [activation("y")])),
    place: "operator code 0",
  },
  {
    code: "operator-version",
    what: "version 99",
    file: writeWastefully({ ...dense, operator_codes: [operatorCode("FULLY_CONNECTED", 99)] }),
    place: "operator code 0",
  },
  {
    code: "operator-version-low",
    what: "int8 with the version of floats",
    file: writeWastefully({ ...dense, operator_codes: [operatorCode("FULLY_CONNECTED", 1)] }),
    place: "operator 0",
  },
  {
    code: "operator-code-fields",
    what: "builtin_code alone",
    file: writeWastefully({ ...dense, operator_codes: [{ builtin_code: 9, version: 4 }] }),
    place: "operator code 0",
  },
  {
    code: "control-flow-code",
    what: "IF in the older field alone",
    file: writeWastefully(controlFlow(1, 2, { deprecated_builtin_code: codeOf("IF") })),
    place: "operator code 0",
    also: ["control-flow"],
  },
  {
    code: "custom-options",
    what: "custom options of 0 bytes",
    file: writeWastefully(withOperator({ custom_options: new Uint8Array() })),
    place: "operator 0",
  },

  {
    code: "tensor-position",
    what: "tensor 9 of 4",
    file: writeWastefully(withOperator({ inputs: int(0, 1, 9) })),
    place: "operator 0",
    also: ["unused-tensor"],
  },
  {
    code: "subgraph-position",
    what: "subgraph 7 of 3",
    file: writeWastefully(controlFlow(1, 7)),
    place: "operator 0 (IF)",
    also: ["control-flow"],
  },
  {
    code: "read-before-written",
    what: "operators in the wrong order",
    file: writeWastefully(relus([relu(0, 1, 2), relu(0, 0, 1)], [2])),
    place: "operator 0 (RELU)",
  },
  {
    code: "never-written",
    what: "an operand from nowhere",
    file: writeWastefully(withSubgraph((s) => ({ ...s, inputs: int() }))),
    place: "operator 0",
  },
  {
    code: "shared-output",
    what: "an output that is an input",
    file: writeWastefully(withSubgraph((s) => ({ ...s, outputs: int(3, 0) }))),
    place: 'tensor 0 "x"',
  },
  {
    code: "cycle",
    what: "two operators that wait for each other",
    file: writeWastefully(relus([relu(0, 2, 1), relu(0, 1, 2)], [2])),
    place: "operator 0 (RELU)",
  },
  {
    code: "written-twice",
    what: "two operators with one output",
    file: writeWastefully(relus([relu(0, 0, 1), relu(0, 0, 1)], [1])),
    place: "operator 1 (RELU)",
    also: ["unused-tensor"],
  },
  {
    code: "written-constant",
    what: "an output with data",
    file: writeWastefully({
      ...withTensor(3, { buffer: 3 }),
      buffers: [...dense.buffers, { data: new Uint8Array(2) }],
    }),
    place: "operator 0",
  },
  {
    code: "written-input",
    what: "an output that is the input",
    file: writeWastefully(relus([relu(0, 0, 0)], [0])),
    place: "operator 0 (RELU)",
    also: ["unused-tensor", "shared-output"],
  },
  {
    code: "written-variable",
    what: "an output that is a variable",
    file: writeWastefully(withTensor(3, { is_variable: true })),
    place: "operator 0",
  },
  {
    code: "subgraph-cycle",
    what: "a branch that is the subgraph itself",
    file: writeWastefully(controlFlow(0, 1)),
    place: "subgraph 0",
    also: ["control-flow"],
  },
  {
    code: "control-flow",
    what: "a branch",
    file: writeWastefully(controlFlow(1, 2)),
    place: "operator 0 (IF)",
  },
  {
    code: "unused-tensor",
    what: "a tensor that nothing uses",
    file: writeWastefully(
      withSubgraph((s) => ({ ...s, tensors: [...s.tensors, activation("z")] })),
    ),
    place: 'tensor 4 "z"',
  },

  {
    code: "dynamic-shape",
    what: "a batch of −1",
    file: writeWastefully(withTensor(0, { shape: int(-1, 4) })),
    place: 'tensor 0 "x"',
  },
  {
    code: "shape-signature",
    what: "a batch that may change",
    file: writeWastefully(withTensor(0, { shape_signature: int(-1, 4) })),
    place: 'tensor 0 "x"',
  },
  {
    code: "operands-mismatch",
    what: "3 inputs for 4 weights",
    file: writeWastefully(withTensor(0, { shape: int(1, 3) })),
    place: "operator 0",
  },
  {
    code: "shape-mismatch",
    what: "an output of 3 for 2 units",
    file: writeWastefully(withTensor(3, { shape: int(1, 3) })),
    place: "operator 0",
  },

  {
    code: "missing-quantization",
    what: "an int8 output without scale",
    file: writeWastefully(withTensor(3, { quantization: undefined })),
    place: "operator 0",
  },
  {
    code: "zero-point-count",
    what: "a scale without zero point",
    file: writeWastefully(withTensor(3, { quantization: { scale: Float32Array.of(1) } })),
    place: 'tensor 3 "y"',
  },
  {
    code: "scale-count",
    what: "3 scales for 2 units",
    file: writeWastefully(
      withTensor(1, {
        quantization: {
          scale: Float32Array.of(0.25, 0.25, 0.25),
          zero_point: new BigInt64Array(3),
        },
      }),
    ),
    place: 'tensor 1 "w"',
  },
  {
    code: "scale-value",
    what: "a negative scale",
    file: writeWastefully(withTensor(3, { quantization: scaled(-1, 0) })),
    place: 'tensor 3 "y"',
  },
  {
    code: "quantized-dimension",
    what: "dimension 2 of a matrix",
    file: writeWastefully(
      withTensor(0, { quantization: { ...scaled(0.5, -1), quantized_dimension: 2 } }),
    ),
    place: 'tensor 0 "x"',
  },
  {
    code: "quantized-axis",
    what: "weights quantized along their inputs",
    file: writeWastefully(
      withTensor(1, {
        shape: int(2, 4),
        quantization: {
          scale: Float32Array.of(0.25, 0.25, 0.25, 0.25),
          zero_point: new BigInt64Array(4),
          quantized_dimension: 1,
        },
      }),
    ),
    place: "operator 0",
  },
  {
    code: "weight-zero-point",
    what: "weights with zero point 3",
    file: writeWastefully(withTensor(1, { quantization: scaled(0.25, 3) })),
    place: "operator 0",
  },
  {
    code: "bias-scale",
    what: "a bias at the scale of the output",
    file: writeWastefully(withTensor(2, { quantization: scaled(0.126, 0) })),
    place: "operator 0",
  },
  {
    code: "bias-type",
    what: "an int8 bias",
    file: writeWastefully({
      ...withTensor(2, { type: int8 }),
      buffers: [{}, dense.buffers[1] as NewRow<"Buffer">, { data: new Uint8Array(2) }],
    }),
    place: "operator 0",
  },
  {
    code: "fixed-output-scale",
    what: "softmax at scale 1/255",
    file: writeWastefully(
      oneOperator("SOFTMAX", [quantized("a", 0.1, 0)], [quantized("y", 1 / 255, -128)], {
        version: 2,
        builtin_options: { table: "SoftmaxOptions", row: { beta: 1 } },
      }),
    ),
    place: "operator 0 (SOFTMAX)",
  },
  {
    code: "same-scale",
    what: "a reshape that changes the scale",
    file: writeWastefully(
      oneOperator(
        "RESHAPE",
        [quantized("a", 0.1, 0)],
        [quantized("y", 0.2, 0, { shape: int(4) })],
        { builtin_options: { table: "ReshapeOptions", row: { new_shape: int(4) } } },
      ),
    ),
    place: "operator 0 (RESHAPE)",
  },
  {
    code: "softmax-beta",
    what: "no beta",
    file: writeWastefully(
      oneOperator("SOFTMAX", [activation("a")], [activation("y")], {
        builtin_options: { table: "SoftmaxOptions", row: {} },
      }),
    ),
    place: "operator 0 (SOFTMAX)",
  },
  {
    code: "missing-bias",
    what: "a convolution of two operands",
    file: writeWastefully(
      oneOperator(
        "CONV_2D",
        [
          activation("a", { shape: int(1, 1, 1, 4) }),
          activation("w", { shape: int(2, 1, 1, 4), buffer: 1 }),
        ],
        [activation("y", { shape: int(1, 1, 1, 2) })],
        {
          builtin_options: { table: "Conv2DOptions", row: { stride_w: 1, stride_h: 1 } },
          model: { buffers: [{}, { data: new Uint8Array(32) }] },
        },
      ),
    ),
    place: "operator 0 (CONV_2D)",
  },
  {
    code: "hybrid",
    what: "int8 weights for floats",
    file: writeWastefully(
      oneOperator(
        "FULLY_CONNECTED",
        [activation("x"), w],
        [activation("y", { shape: int(1, 2) })],
        { version: 6, builtin_options: { table: "FullyConnectedOptions", row: {} } },
      ),
    ),
    place: "operator 0",
  },

  {
    code: "sparse",
    what: "sparse weights",
    file: writeWastefully(
      withTensor(1, {
        sparsity: {
          traversal_order: int(0, 1),
          dim_metadata: [
            { format: 0, dense_size: 2 },
            { format: 0, dense_size: 4 },
          ],
        },
      }),
    ),
    place: 'tensor 1 "w"',
  },
  {
    code: "unsupported-types",
    what: "unsigned activations",
    file: writeWastefully(
      oneOperator(
        "RELU",
        [{ ...quantized("a", 0.1, 0), type: 3 }],
        [{ ...quantized("y", 0.1, 0), type: 3 }],
        { version: 2 },
      ),
    ),
    place: "operator 0 (RELU)",
  },
  {
    code: "scale-per-slice",
    what: "weights with a scale per row, unpacked",
    file: writeWastefully(
      oneOperator(
        "DEQUANTIZE",
        [
          quantized("q", 0.1, 0, {
            shape: int(2, 2),
            quantization: {
              scale: Float32Array.of(0.1, 0.2),
              zero_point: BigInt64Array.of(0n, 0n),
              quantized_dimension: 0,
            },
          }),
        ],
        [activation("y", { shape: int(2, 2) })],
        { version: 5 },
      ),
    ),
    place: "operator 0 (DEQUANTIZE)",
  },
  {
    code: "sized-intermediate",
    what: "an intermediate of 4 bytes",
    file: writeWastefully(
      withSubgraph((s) => ({
        ...s,
        tensors: [...s.tensors, quantized("i", 1, 0)],
        operators: [{ ...fullyConnected, intermediates: int(4) }],
      })),
    ),
    place: "operator 0",
  },
  {
    code: "offline-plan",
    what: "a plan for 3 of 4 tensors",
    file: withOfflinePlan(0, 16, 32),
    place: "metadata 0",
  },
  {
    code: "offline-plan",
    what: "a plan that puts the output at 24",
    file: withOfflinePlan(0, -1, -1, 24),
    place: "metadata 0",
  },
  {
    code: "offline-plan",
    what: "a plan that puts the input before the arena",
    file: withOfflinePlan(-16, -1, -1, 16),
    place: "metadata 0",
  },
  {
    code: "offline-overlap",
    what: "a plan that puts input and output in the same place",
    file: withOfflinePlan(0, -1, -1, 0),
    place: "metadata 0",
  },

  {
    code: "signature-key",
    what: "a signature without key",
    file: writeWastefully({
      ...dense,
      signature_defs: [
        { inputs: [{ name: "in", tensor_index: 0 }], outputs: [{ name: "out", tensor_index: 3 }] },
      ],
    }),
    place: "signature 0",
  },
  {
    code: "signature-position",
    what: "a signature of tensor 9",
    file: writeWastefully({
      ...dense,
      signature_defs: [
        {
          signature_key: "s",
          inputs: [{ name: "in", tensor_index: 9 }],
          outputs: [{ name: "out", tensor_index: 3 }],
        },
      ],
    }),
    place: "signature 0",
  },
  {
    code: "metadata-position",
    what: "metadata in buffer 9",
    file: writeWastefully({ ...dense, metadata: [{ name: "m", buffer: 9 }] }),
    place: "metadata 0",
  },
];

function patch(bytes: Uint8Array, change: (bytes: Uint8Array) => void): Uint8Array {
  change(bytes);
  return bytes;
}

/** All parts a byte further on: offsets are relative, all but the first. */
function shifted(bytes: Uint8Array): Uint8Array {
  const moved = Uint8Array.of(...bytes.subarray(0, 8), 0, ...bytes.subarray(8));
  moved[0] = (moved[0] as number) + 1;
  return moved;
}

function withOutsideData(): Uint8Array {
  const weights = new Uint8Array(8);
  const tables = (offset: number) =>
    writeWastefully({
      ...dense,
      buffers: [{}, { offset: BigInt(offset), size: 8n }, ...dense.buffers.slice(2)],
    });
  const start = Math.ceil(tables(2).length / 16) * 16;
  const file = new Uint8Array(start + weights.length);
  file.set(tables(start));
  return file;
}

/** Names of growing length move the data, until it lies at an odd multiple of 4. */
function misalignedInt64(): Uint8Array {
  for (let length = 1; ; length++) {
    const scalar: Tensor = { type: 4, shape: int(1) };
    const file = writeWastefully(
      oneOperator(
        "ADD",
        [
          { ...scalar, name: "a".repeat(length) },
          { ...scalar, name: "b", buffer: 1 },
        ],
        [{ ...scalar, name: "y" }],
        {
          version: 4,
          builtin_options: { table: "AddOptions", row: {} },
          model: { buffers: [{}, { data: new Uint8Array(8) }] },
        },
      ),
      { forceAlign: false },
    );
    const { buffers } = readFlatbuffer(file, { fileName: "test" });
    if ((buffers?.[1]?.data?.byteOffset ?? 0) % 8 === 4) return file;
  }
}
