import { UserError } from "@smidgen/errors";
import { figure } from "../figure.ts";
import { offlinePlanName } from "../offline-memory-plan.ts";
import { builtinCode } from "../operator-code.ts";
import { enums } from "../schema/enums.ts";
import type { NewRow, Row } from "../schema/schema-types.ts";
import { mapOperators, mapSubgraphs, type Pass } from "./pass.ts";

/**
 * Tensors that no operator, signature, input or output names. Those that stay are numbered anew, in their order.
 *
 * @throws UserError `invalid-tflite`, for a position that points nowhere
 */
export function dropUnusedTensors(fileName: string): Pass {
  return (model) => {
    checkSignatures(model, fileName);
    const usedBySubgraph = (model.subgraphs ?? []).map((_, index) =>
      usedTensors(model, index, fileName),
    );
    if (mayNameTensors(model)) return model;
    const renumberings = (model.subgraphs ?? []).map(({ tensors }, index) =>
      renumbering(tensors?.length ?? 0, usedBySubgraph[index] as ReadonlySet<number>),
    );
    const kept = usedBySubgraph.flatMap((used, index) =>
      Array.from({ length: model.subgraphs?.[index]?.tensors?.length ?? 0 }, (_, id) =>
        used.has(id),
      ),
    );
    return {
      ...mapSubgraphs(model, (subgraph, index) =>
        renumber(subgraph, renumberings[index] as Renumbering),
      ),
      signature_defs: model.signature_defs?.map((signature) => {
        const of = renumberings[signature.subgraph_index ?? 0] as Renumbering;
        const rename = (entry: NewRow<"TensorMap">) => ({
          ...entry,
          tensor_index: of(entry.tensor_index ?? 0),
        });
        return {
          ...signature,
          inputs: signature.inputs?.map(rename),
          outputs: signature.outputs?.map(rename),
        };
      }),
      buffers: dropPlannedOffsets(model, kept),
    };
  };
}

/** −1, an absent operand, stays. */
type Renumbering = (id: number) => number;

/** Metadata that names no tensors, or in which we renumber them. */
const knownMetadata: readonly string[] = [
  "min_runtime_version",
  "CONVERSION_METADATA",
  "TFLITE_METADATA",
  offlinePlanName,
];

/** Options of custom operators and other metadata are opaque, and may hold positions of tensors. */
function mayNameTensors(model: NewRow<"Model">): boolean {
  const custom = enums.BuiltinOperator.names.indexOf("CUSTOM");
  return (
    (model.operator_codes ?? []).some(
      (code) => builtinCode(code as Row<"OperatorCode">) === custom,
    ) || (model.metadata ?? []).some(({ name }) => !knownMetadata.includes(name ?? ""))
  );
}

function checkSignatures(model: NewRow<"Model">, fileName: string): void {
  for (const { signature_key: key = "", subgraph_index: index = 0 } of model.signature_defs ?? []) {
    if (model.subgraphs?.[index] !== undefined) continue;
    throw new UserError(
      "invalid-tflite",
      `${fileName} is damaged: signature "${key}" names subgraph ${index}; there are ${figure(model.subgraphs?.length ?? 0)}`,
    );
  }
}

function usedTensors(
  model: NewRow<"Model">,
  subgraphIndex: number,
  fileName: string,
): ReadonlySet<number> {
  const { tensors = [], inputs, outputs, operators } = model.subgraphs?.[subgraphIndex] ?? {};
  const signatures = (model.signature_defs ?? []).filter(
    ({ subgraph_index: index = 0 }) => index === subgraphIndex,
  );
  const used = new Set<number>();
  const add = (ids: Iterable<number> | undefined, what: string) => {
    for (const id of ids ?? []) {
      if (id === -1) continue;
      if (tensors[id] === undefined) {
        throw new UserError(
          "invalid-tflite",
          `${fileName} is damaged: ${what} of subgraph ${subgraphIndex} names tensor ${id}; there are ${figure(tensors.length)}`,
        );
      }
      used.add(id);
    }
  };
  add(inputs, "the input list");
  add(outputs, "the output list");
  for (const operator of operators ?? []) {
    add(operator.inputs, "an operator");
    add(operator.outputs, "an operator");
    add(operator.intermediates, "an operator");
  }
  for (const signature of signatures) {
    for (const entry of [...(signature.inputs ?? []), ...(signature.outputs ?? [])]) {
      add([entry.tensor_index ?? 0], "a signature");
    }
  }
  // Scales of some quantization schemes are tensors themselves.
  for (const id of used) add(quantizationTensors(tensors[id]), "quantization");
  return used;
}

function quantizationTensors(tensor: NewRow<"Tensor"> | undefined): readonly number[] {
  const details = tensor?.quantization?.details;
  if (details === undefined || details.table === "CustomQuantization") return [];
  const { scales = 0, zero_points: zeroPoints = 0 } = details.row;
  return [scales, zeroPoints];
}

function renumbering(count: number, used: ReadonlySet<number>): Renumbering {
  let next = 0;
  const positions = Array.from({ length: count }, (_, id) => (used.has(id) ? next++ : -1));
  return (id) => positions[id] ?? -1;
}

function renumber(subgraph: NewRow<"SubGraph">, of: Renumbering): NewRow<"SubGraph"> {
  return {
    ...mapOperators(subgraph, (operator) => ({
      ...operator,
      inputs: operator.inputs?.map(of),
      outputs: operator.outputs?.map(of),
      intermediates: operator.intermediates?.map(of),
    })),
    inputs: subgraph.inputs?.map(of),
    outputs: subgraph.outputs?.map(of),
    tensors: subgraph.tensors
      ?.filter((_, id) => of(id) !== -1)
      .map((tensor) => renumberQuantization(tensor, of)),
  };
}

function renumberQuantization(tensor: NewRow<"Tensor">, of: Renumbering): NewRow<"Tensor"> {
  const details = tensor.quantization?.details;
  if (details === undefined || details.table === "CustomQuantization") return tensor;
  const row = {
    ...details.row,
    scales: of(details.row.scales ?? 0),
    zero_points: of(details.row.zero_points ?? 0),
  };
  return {
    ...tensor,
    quantization: {
      ...tensor.quantization,
      details: { table: details.table, row } as typeof details,
    },
  };
}

/**
 * The arena plan that a file may bring along has an offset for each tensor of all subgraphs in turn.
 *
 * Source: `AllocationInfoBuilder::GetOfflinePlannedOffsets`, micro_allocation_info.cc of tflite-micro: int32 version,
 * subgraph count, tensor count, then the offsets.
 */
function dropPlannedOffsets(
  model: NewRow<"Model">,
  kept: readonly boolean[],
): NewRow<"Model">["buffers"] {
  const plans = new Set(
    (model.metadata ?? [])
      .filter(({ name }) => name === offlinePlanName)
      .map(({ buffer = 0 }) => buffer),
  );
  return model.buffers?.map((buffer, index) => {
    const { data } = buffer;
    if (!plans.has(index) || data?.length !== 4 * (3 + kept.length)) return buffer;
    const words = new Int32Array(data.slice().buffer);
    const offsets = words.subarray(3).filter((_, id) => kept[id]);
    const plan = Int32Array.of(words[0] as number, words[1] as number, offsets.length, ...offsets);
    return { data: new Uint8Array(plan.buffer) };
  });
}
