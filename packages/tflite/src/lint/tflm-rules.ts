import { arenaNeed, type ArenaRequest } from "../inspect/arena-requests.ts";
import { offlinePlanName, readOfflinePlan } from "../offline-memory-plan.ts";
import {
  inputOf,
  type LintOperator,
  type LintSubgraph,
  type LintTensor,
  operatorsOf,
  outputOf,
  type Problem,
  type Rule,
  tensorsOf,
} from "./lint-model.ts";
import { type Position, tflmOperandTypes } from "./operator-support.ts";

/**
 * What TFLM alone does not take.
 *
 * Source: tensorflow/lite/micro of tflite-micro at 90b983c2.
 */
export const tflmRules: readonly Rule[] = [
  function* hybrid(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const weights = hybridWeights(operator, subgraph);
      if (weights === undefined) continue;
      const message = `has float activations and ${weights.type} weights (${weights.place})`;
      yield { code: "hybrid", place: operator.place, message };
    }
  },

  function* types(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const taken = tflmOperandTypes[operator.name as keyof typeof tflmOperandTypes];
      if (taken === undefined || hybridWeights(operator, subgraph) !== undefined) continue;
      const tensors = taken.positions.map((position) => tensorAt(subgraph, operator, position));
      if (tensors.includes(undefined)) continue;
      const given = tensors.map((tensor) => tensor?.type).join();
      if (taken.types.includes(given)) continue;
      const message = `${taken.positions.join(" and ")} are ${given.replace(",", " and ")}; its kernels take ${taken.types.join("; ")}`;
      yield { code: "unsupported-types", place: operator.place, message };
    }
  },

  // Source: `CalculateOpDataFullyConnected`, fully_connected_common.cc, which refuses it for 4 bits; `DequantizePrepare`,
  // dequantize_common.cc, which takes the first scale for all.
  function* scalePerSlice(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      const position = { FULLY_CONNECTED: 1, DEQUANTIZE: 0 }[operator.name];
      const tensor = position === undefined ? undefined : inputOf(subgraph, operator, position);
      if (tensor === undefined || tensor.scales.length <= 1) continue;
      if (operator.name === "FULLY_CONNECTED" && tensor.type !== "INT4") continue;
      const message = `reads ${tensor.place} of ${tensor.type} with ${tensor.scales.length} scales; it takes one`;
      yield { code: "scale-per-slice", place: operator.place, message };
    }
  },

  function* sparse(model) {
    for (const { row, place } of tensorsOf(model)) {
      if (row.sparsity !== undefined) yield { code: "sparse", place, message: "is stored sparse" };
    }
  },

  // Source: `ValidateSubgraph`, micro_allocation_info.cc.
  function* intermediates(model) {
    for (const { operator, subgraph } of operatorsOf(model)) {
      for (const id of operator.row.intermediates ?? []) {
        const tensor = subgraph.tensors[id];
        if (tensor?.bytes === undefined || tensor.bytes === 0) continue;
        const message = `has intermediate ${tensor.place} of ${tensor.bytes} bytes`;
        yield { code: "sized-intermediate", place: operator.place, message };
      }
    }
  },

  // Source: `GetOfflinePlannedOffsets`, micro_allocation_info.cc.
  function* offlinePlan({ model, subgraphs }) {
    const count = subgraphs.reduce((sum, { tensors }) => sum + tensors.length, 0);
    for (const [index, { name, buffer }] of (model.metadata ?? []).entries()) {
      if (name !== offlinePlanName) continue;
      const place = `metadata ${index} "${name}"`;
      const data = model.buffers?.[buffer]?.data ?? new Uint8Array();
      if (data.length < 12) {
        yield {
          code: "offline-plan",
          place,
          message: `has ${data.length} bytes; its header takes 12`,
        };
        continue;
      }
      const planned = new DataView(data.buffer, data.byteOffset).getInt32(8, true);
      if (planned !== count || data.length !== 4 * (3 + count)) {
        const message = `plans ${planned} tensors in ${data.length} bytes; there are ${count}`;
        yield { code: "offline-plan", place, message };
        continue;
      }
      yield* plannedPlaces(subgraphs, place, readOfflinePlan(data)?.offsets ?? []);
    }
  },
];

/** What TFLM takes from a plan without a look: places that cannot be, and tensors that destroy one another. */
function* plannedPlaces(
  subgraphs: readonly LintSubgraph[],
  place: string,
  planned: readonly (number | undefined)[],
): Iterable<Problem> {
  let first = 0;
  for (const { row, tensors } of subgraphs) {
    const offsets = planned.slice(first, first + tensors.length);
    first += tensors.length;
    for (const [id, offset = 0] of offsets.entries()) {
      if (offset >= 0 && offset % 16 === 0) continue;
      const message = `puts ${tensors[id]?.place} at ${offset}, which is no multiple of 16`;
      yield { code: "offline-plan", place, message };
    }
    for (const [a, b] of sharingPairs(arenaNeed(row, tensors).requests, offsets)) {
      const message = `puts ${tensors[a]?.place} and ${tensors[b]?.place} in the same bytes while both are needed`;
      yield { code: "offline-overlap", place, message };
    }
  }
}

/** Pairs of tensors, lower offset first, that share bytes and are alive together. Each tensor with the first one found. */
function* sharingPairs(
  requests: readonly ArenaRequest[],
  offsets: readonly (number | undefined)[],
): Iterable<readonly [number, number]> {
  const placed = requests
    .flatMap(({ tensor, bytes, firstUse, lastUse }) => {
      const offset = offsets[tensor];
      return offset === undefined || bytes === 0
        ? []
        : [{ tensor, offset, end: offset + bytes, firstUse, lastUse }];
    })
    .toSorted((a, b) => a.offset - b.offset);
  for (const [i, a] of placed.entries()) {
    for (let j = i + 1; j < placed.length && (placed[j]?.offset ?? a.end) < a.end; j++) {
      const b = placed[j] as (typeof placed)[0];
      if (a.firstUse > b.lastUse || b.firstUse > a.lastUse) continue;
      yield [a.tensor, b.tensor];
      break;
    }
  }
}

/** Where the weights of operators are that TFLM refuses to run hybrid. */
const weightPositions: Readonly<
  Record<string, { readonly activation: number; readonly weights: number }>
> = {
  CONV_2D: { activation: 0, weights: 1 },
  DEPTHWISE_CONV_2D: { activation: 0, weights: 1 },
  FULLY_CONNECTED: { activation: 0, weights: 1 },
  BATCH_MATMUL: { activation: 0, weights: 1 },
  TRANSPOSE_CONV: { activation: 2, weights: 1 },
};

function hybridWeights(operator: LintOperator, subgraph: LintSubgraph): LintTensor | undefined {
  const positions = weightPositions[operator.name];
  if (positions === undefined) return undefined;
  const activation = inputOf(subgraph, operator, positions.activation);
  const weights = inputOf(subgraph, operator, positions.weights);
  const isHybrid = activation?.type === "FLOAT32" && weights?.type.startsWith("INT") === true;
  return isHybrid ? weights : undefined;
}

function tensorAt(
  subgraph: LintSubgraph,
  operator: LintOperator,
  position: Position,
): LintTensor | undefined {
  const [side, index] = position.split(" ");
  return side === "input"
    ? inputOf(subgraph, operator, Number(index))
    : outputOf(subgraph, operator, Number(index));
}
