import { operatorName } from "../operator-code.ts";
import type { Row } from "../schema/schema-types.ts";
import { tensorTypeName } from "../schema/tensor-types.ts";
import { arenaNeed } from "./arena-requests.ts";
import type {
  InspectedOperator,
  InspectedQuantization,
  InspectedSubgraph,
  InspectedTensor,
} from "./inspection.ts";
import { countMultiplyAccumulates, type Operands } from "./multiply-accumulates.ts";
import { type Json, numberToJson, numbersToJson, rowToJson } from "./row-to-json.ts";
import { type StoredTensor, storedTensor } from "./stored-tensor.ts";

/** `bufferUses`: how many tensors of the model have each buffer. */
export function inspectSubgraph(
  subgraph: Row<"SubGraph">,
  model: Row<"Model">,
  file: Uint8Array,
  bufferUses: ReadonlyMap<number, number>,
): InspectedSubgraph {
  const tensors = (subgraph.tensors ?? []).map((row) => storedTensor(row, model, file));
  const operators = (subgraph.operators ?? []).map((row) =>
    inspectOperator(row, tensors, model.operator_codes ?? []),
  );
  const weights = new Map(
    operators
      .flatMap(({ inputs }) => inputs)
      .map((id) => [tensors[id]?.row.buffer, parametersOf(tensors[id])]),
  );
  return {
    name: subgraph.name,
    inputs: [...(subgraph.inputs ?? [])],
    outputs: [...(subgraph.outputs ?? [])],
    tensors: tensors.map((tensor) => inspectTensor(tensor, bufferUses)),
    operators,
    multiplyAccumulates: operators.reduce(
      (sum, { multiplyAccumulates = 0 }) => sum + multiplyAccumulates,
      0,
    ),
    parameters: [...weights.values()].reduce((a, b) => a + b, 0),
    arena: arenaNeed(subgraph, tensors),
  };
}

function inspectTensor(
  { row, shape, bytes, data }: StoredTensor,
  bufferUses: ReadonlyMap<number, number>,
): InspectedTensor {
  return {
    name: row.name,
    type: tensorTypeName(row.type),
    shape,
    shapeSignature: row.shape_signature && [...row.shape_signature],
    quantization: row.quantization && inspectQuantization(row.quantization),
    isVariable: row.is_variable,
    bytes,
    buffer: row.buffer,
    storedBytes: data?.length,
    sharedWith: data === undefined ? 0 : (bufferUses.get(row.buffer) ?? 1) - 1,
    sparsity: row.sparsity && rowToJson("SparsityParameters", row.sparsity),
  };
}

function inspectQuantization(row: Row<"QuantizationParameters">): InspectedQuantization {
  const { details } = rowToJson("QuantizationParameters", { details: row.details });
  return {
    scales: numbersToJson(row.scale),
    zeroPoints: numbersToJson(row.zero_point),
    axis: row.quantized_dimension,
    min: numbersToJson(row.min),
    max: numbersToJson(row.max),
    details,
  };
}

function inspectOperator(
  row: Row<"Operator">,
  tensors: readonly StoredTensor[],
  codes: readonly Row<"OperatorCode">[],
): InspectedOperator {
  const code = codes[row.opcode_index];
  const name = code === undefined ? `operator code ${row.opcode_index}` : operatorName(code);
  const inputs = [...(row.inputs ?? [])];
  const outputs = [...(row.outputs ?? [])];
  const operands: Operands = {
    inputs: inputs.map((id) => tensors[id]),
    outputs: outputs.map((id) => tensors[id]),
    options: row.builtin_options,
  };
  return {
    name,
    version: code?.version,
    inputs,
    outputs,
    intermediates: [...(row.intermediates ?? [])],
    options: inspectOptions(row.builtin_options) ?? inspectOptions(row.builtin_options_2),
    customOptions: row.custom_options && {
      bytes: row.custom_options.length,
      hex: Array.from(row.custom_options.subarray(0, 64), (byte) =>
        byte.toString(16).padStart(2, "0"),
      ).join(""),
    },
    multiplyAccumulates: countMultiplyAccumulates(name, operands),
    parameters: operands.inputs.reduce((sum, tensor) => sum + parametersOf(tensor), 0),
  };
}

function inspectOptions(
  options: Row<"Operator">["builtin_options"] | Row<"Operator">["builtin_options_2"],
): { readonly [name: string]: Json } | undefined {
  if (options === undefined) return undefined;
  return options.table === undefined
    ? { unknown: numberToJson(options.code) }
    : { table: options.table, ...rowToJson(options.table, options.row) };
}

/** Shapes, axes and paddings are neither floats nor quantized. */
function parametersOf(tensor: StoredTensor | undefined): number {
  if (tensor?.data === undefined) return 0;
  const isFloat = /^(FLOAT|BFLOAT)/.test(tensorTypeName(tensor.row.type));
  const { scale, details } = tensor.row.quantization ?? {};
  const isQuantized = (scale?.length ?? 0) > 0 || details !== undefined;
  return isFloat || isQuantized ? (tensor.elements ?? 0) : 0;
}
