import type { NewRow } from "../src/schema/schema-types.ts";

/** int8: x [1, 4] · w [2, 4]ᵀ + b [2] → y [1, 2], as any careful writer stores it. */
export function denseModel(): DenseModel {
  return {
    version: 3,
    operator_codes: [{ deprecated_builtin_code: 9, builtin_code: 9, version: 4 }],
    subgraphs: [
      {
        name: "main",
        inputs: Int32Array.of(0),
        outputs: Int32Array.of(3),
        tensors: [
          { name: "x", type: int8, shape: Int32Array.of(1, 4), quantization: scaled(0.5, -1) },
          {
            name: "w",
            type: int8,
            shape: Int32Array.of(2, 4),
            buffer: 1,
            quantization: scaled(0.25, 0),
          },
          {
            name: "b",
            type: int32,
            shape: Int32Array.of(2),
            buffer: 2,
            quantization: scaled(0.125, 0),
          },
          { name: "y", type: int8, shape: Int32Array.of(1, 2), quantization: scaled(1, 3) },
        ],
        operators: [
          {
            opcode_index: 0,
            inputs: Int32Array.of(0, 1, 2),
            outputs: Int32Array.of(3),
            builtin_options: { table: "FullyConnectedOptions", row: {} },
          },
        ],
      },
    ],
    buffers: [
      {},
      { data: Uint8Array.of(1, 2, 3, 4, 0xff, 0xfe, 0xfd, 0xfc) },
      { data: new Uint8Array(Int32Array.of(40, -40).buffer) },
    ],
  };
}

export type DenseModel = NewRow<"Model"> & {
  readonly subgraphs: readonly [
    NewRow<"SubGraph"> & {
      readonly tensors: readonly NewRow<"Tensor">[];
      readonly operators: readonly NewRow<"Operator">[];
    },
  ];
  readonly buffers: readonly NewRow<"Buffer">[];
};

/** The codes of element types in files. */
export const float32 = 0;
export const int32 = 2;
export const int8 = 9;

export function scaled(scale: number, zeroPoint: number): NewRow<"QuantizationParameters"> {
  return { scale: Float32Array.of(scale), zero_point: BigInt64Array.of(BigInt(zeroPoint)) };
}

/** The model with its only subgraph changed. */
export function withSubgraph(
  change: (subgraph: DenseModel["subgraphs"][0]) => NewRow<"SubGraph">,
  model: DenseModel = denseModel(),
): NewRow<"Model"> {
  return { ...model, subgraphs: [change(model.subgraphs[0])] };
}

/** The model with one tensor changed. */
export function withTensor(id: number, change: NewRow<"Tensor">): NewRow<"Model"> {
  return withSubgraph((subgraph) => ({
    ...subgraph,
    tensors: subgraph.tensors.map((tensor, i) => (i === id ? { ...tensor, ...change } : tensor)),
  }));
}

/** The model with its only operator changed. */
export function withOperator(change: NewRow<"Operator">): NewRow<"Model"> {
  return withSubgraph((subgraph) => ({
    ...subgraph,
    operators: subgraph.operators.map((operator) => ({ ...operator, ...change })),
  }));
}
