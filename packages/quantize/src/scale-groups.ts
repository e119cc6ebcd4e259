import {
  type Graph,
  isConstant,
  type Op,
  presentInputs,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import type { Arithmetic } from "./op-rules.ts";
import { operandsOf } from "./operands.ts";

/** Tensors that want to be stored alike, since an operator picks values of all of them. */
export interface ScaleGroup {
  /** Those whose range has to be covered. */
  readonly covered: readonly TensorId[];
}

/**
 * Which tensors share a scale: the inputs and the output of a concatenation, a maximum and so on, together
 * with what operators that only move values have between them. Other tensors have no group.
 *
 * What is covered is what leaves a group: outputs of the graph, and what operators read that compute. The rest is
 * only picked from, and clipping to the range of the result leaves the result as it is: max(x, 0) of a minimum
 * with 6 needs no more than 0 to 6. Tensors whose scale is fixed do not join; a copy on the group's scale is
 * made of them.
 *
 * `arithmetics`: of each operator; `undefined` where its activations are floats, or it converts to or from them.
 * Source: `RemoveRedundantStatsOps` in tensorflow/compiler/mlir/lite/quantization, which hands the range of the
 * result back to what it is picked from, but also where another operator needs more of it.
 */
export function scaleGroups(
  graph: Graph,
  arithmetics: readonly (Arithmetic | undefined)[],
): ReadonlyMap<TensorId, ScaleGroup> {
  const groups = new Map<TensorId, Group>(graph.inputs.map((id) => [id, newGroup(id)]));
  for (const [i, op] of graph.ops.entries()) {
    const kind = outputKindOf(op, arithmetics[i]);
    const sources = activationsOf(op, graph, arithmetics[i]).flatMap((id) => groups.get(id) ?? []);
    for (const id of op.outputs) {
      if (kind === "calibrated") groups.set(id, newGroup(id));
      if (kind === "same-as-input" && sources.length > 0) merge([newGroup(id), ...sources], false);
      if (kind === "shared") merge([newGroup(id), ...sources], true);
    }
  }
  const leaving = new Set([
    ...graph.outputs,
    ...graph.ops.flatMap((op, i) =>
      computes(op, arithmetics[i]) ? activationsOf(op, graph, arithmetics[i]) : [],
    ),
  ]);
  const shared = [...new Set(groups.values())].filter(({ isShared }) => isShared);
  return new Map(
    shared.flatMap(({ members }) => {
      const outside = members.filter((id) => leaving.has(id));
      const group = { covered: outside.length > 0 ? outside : members };
      return members.map((id) => [id, group] as const);
    }),
  );

  function merge(parts: readonly Group[], isShared: boolean): void {
    const members = [...new Set(parts.flatMap((part) => part.members))];
    const whole = { members, isShared: isShared || parts.some((part) => part.isShared) };
    for (const id of members) groups.set(id, whole);
  }
}

interface Group {
  readonly members: readonly TensorId[];
  readonly isShared: boolean;
}

function newGroup(id: TensorId): Group {
  return { members: [id], isShared: false };
}

/** Where operators convert, what they write is a tensor like others that are computed. */
function outputKindOf({ kind }: Op, arithmetic: Arithmetic | undefined) {
  const rule = arithmetic?.rules[kind];
  return rule === undefined || typeof rule === "string" ? "calibrated" : rule.output.kind;
}

/** Whether results are other values than those read: means are, although they keep the scale of their input. */
function computes(op: Op, arithmetic: Arithmetic | undefined): boolean {
  if (op.kind === "average-pool-2d" || op.kind === "resize-bilinear") return true;
  const output = outputKindOf(op, arithmetic);
  return output !== "same-as-input" && output !== "shared";
}

function activationsOf(
  op: Op,
  graph: Graph,
  arithmetic: Arithmetic | undefined,
): readonly TensorId[] {
  const isComputed = (id: TensorId) => !isConstant(tensorOf(graph, id));
  if (arithmetic === undefined) return presentInputs(op).filter(isComputed);
  return operandsOf(op, arithmetic, graph.tensors)
    .filter(({ id, rule }) => rule.kind === "activation" && isComputed(id))
    .map(({ id }) => id);
}
