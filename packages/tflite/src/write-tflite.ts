import {
  type Graph,
  isConstant,
  type Op,
  type Quantization,
  type Tensor,
  type TensorId,
  tensorOf,
  verifyGraph,
} from "@smidgen/graph";
import { writeElements } from "./elements.ts";
import { writeFlatbuffer } from "./flatbuffer/write-flatbuffer.ts";
import { offlinePlanName, type PlannedOffset, writeOfflinePlan } from "./offline-memory-plan.ts";
import { newOperatorCode } from "./operator-code.ts";
import type { NewRow } from "./schema/schema-types.ts";
import { newContentNumbers } from "./same-bytes.ts";
import { tensorTypeCode } from "./schema/tensor-types.ts";
import { builtinCodeOf, storedAs } from "./stored-ops.ts";

export interface WriteOptions {
  /**
   * An arena plan to bring along for TensorFlow Lite Micro: `tensors` of a plan that `planMemory` of @smidgen/runtime made.
   * Others do not read it. A plan whose operators overwrite their inputs is right only for kernels that can do so.
   */
  readonly offlineMemoryPlan?: readonly PlannedOffset[];
}

/**
 * The graph as a `.tflite` file of schema version 3; `readTflite` gives back an equal graph.
 *
 * Tensors keep their positions, constants with equal bytes share a buffer, and operators of a kind share an
 * operator code, whose version is the newest that one of them needs. A file cannot tell per-axis quantization with
 * a single slice from per-tensor quantization: it comes back as the latter. The same graph gives the same bytes.
 *
 * @throws UserError `invalid-graph`; `invalid-plan`
 */
export function writeTflite(graph: Graph, options: WriteOptions = {}): Uint8Array<ArrayBuffer> {
  const { offlineMemoryPlan } = options;
  verifyGraph(graph);
  const codes = operatorCodes(graph);
  const { buffers, bufferOf } = collectBuffers(graph.tensors);
  const intermediates = withoutContents(graph);
  return writeFlatbuffer({
    version: 3,
    operator_codes: [...codes.values()].map(({ row }) => row),
    subgraphs: [
      {
        name: graph.name,
        inputs: Int32Array.from(graph.inputs),
        outputs: Int32Array.from(graph.outputs),
        tensors: graph.tensors.map((tensor, id) =>
          intermediates.has(id as TensorId)
            ? { ...tensorRow(tensor, 0), shape: Int32Array.of(0) }
            : tensorRow(tensor, bufferOf(tensor)),
        ),
        operators: graph.ops.map((op) => ({
          opcode_index: codes.get(builtinCodeOf(op.kind))?.index,
          ...operandsOf(op),
          builtin_options: storedAs(op.kind).writeOptions(op, graph.tensors),
        })),
      },
    ],
    ...withPlan(buffers, offlineMemoryPlan && writeOfflinePlan(graph, offlineMemoryPlan)),
  });
}

/** The buffers, and one more with the plan that a metadata entry names. */
function withPlan(
  buffers: readonly NewRow<"Buffer">[],
  data: Uint8Array | undefined,
): Pick<NewRow<"Model">, "buffers" | "metadata"> {
  if (data === undefined) return { buffers };
  return {
    buffers: [...buffers, { data }],
    metadata: [{ name: offlinePlanName, buffer: buffers.length }],
  };
}

/** One code per operator; versions are the newest that is needed, as the official tool writes them. */
function operatorCodes({
  ops,
  tensors,
}: Graph): ReadonlyMap<number, { readonly index: number; readonly row: NewRow<"OperatorCode"> }> {
  const versions = new Map<number, number>();
  for (const op of ops) {
    const code = builtinCodeOf(op.kind);
    versions.set(code, Math.max(versions.get(code) ?? 1, storedAs(op.kind).version(op, tensors)));
  }
  return new Map(
    [...versions].map(([code, version], index) => [
      code,
      { index, row: newOperatorCode(code, version) },
    ]),
  );
}

/** Intermediates that nothing else uses: scalars without data, which runtimes want with a dimension of 0. */
function withoutContents({ ops, tensors, inputs, outputs }: Graph): ReadonlySet<TensorId> {
  const used = new Set([
    ...inputs,
    ...outputs,
    ...ops.flatMap((op) => [...op.inputs, ...op.outputs]),
  ]);
  const inner = ops.flatMap((op) => storedAs(op.kind).intermediates?.(op) ?? []);
  return new Set(
    inner.filter((id) => {
      const { shape, data } = tensorOf({ tensors }, id);
      return !used.has(id) && shape.length === 0 && data === undefined;
    }),
  );
}

/** Absent operands are −1, and left out at the end: runtimes tell by the count whether there is a bias. */
function operandsOf(op: Op): Pick<NewRow<"Operator">, "inputs" | "outputs" | "intermediates"> {
  const ids = op.inputs.map((id) => id ?? -1);
  const { writesAbsentInputs = false, intermediates } = storedAs(op.kind);
  const count = writesAbsentInputs ? ids.length : ids.findLastIndex((id) => id !== -1) + 1;
  const inner = intermediates?.(op) ?? [];
  return {
    inputs: Int32Array.from(ids.slice(0, count)),
    outputs: Int32Array.from(op.outputs),
    intermediates: inner.length === 0 ? undefined : Int32Array.from(inner),
  };
}

/** Buffer 0 is empty: tensors without data have it. */
function collectBuffers(tensors: readonly Tensor[]): {
  readonly buffers: readonly NewRow<"Buffer">[];
  readonly bufferOf: (tensor: Tensor) => number;
} {
  const stored = new Map<Tensor, number>();
  const numbers = newContentNumbers();
  const buffers: NewRow<"Buffer">[] = [{}];
  for (const tensor of tensors.filter(isConstant)) {
    const data = writeElements(tensor.type, tensor.shape, tensor.data);
    stored.set(
      tensor,
      numbers.numberOf(data, () => buffers.push({ data }) - 1),
    );
  }
  return { buffers, bufferOf: (tensor) => stored.get(tensor) ?? 0 };
}

function tensorRow(tensor: Tensor, buffer: number): NewRow<"Tensor"> {
  const { name, type, shape, quantization, isVariable } = tensor;
  return {
    shape: Int32Array.from(shape),
    type: tensorTypeCode(type),
    buffer,
    name: name === "" ? undefined : name,
    quantization: quantization && quantizationRow(quantization),
    is_variable: isVariable,
    // Without it, converters would not know a scalar from a tensor of unknown rank.
    has_rank: shape.length === 0,
  };
}

function quantizationRow(quantization: Quantization): NewRow<"QuantizationParameters"> {
  if (quantization.kind === "per-tensor") {
    return {
      scale: Float32Array.of(quantization.scale),
      zero_point: BigInt64Array.of(BigInt(quantization.zeroPoint)),
    };
  }
  const { axis, scales } = quantization;
  return {
    scale: Float32Array.from(scales),
    zero_point: new BigInt64Array(scales.length),
    quantized_dimension: scales.length === 1 ? undefined : axis,
  };
}
