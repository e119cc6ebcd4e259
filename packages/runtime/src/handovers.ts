import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import type { Overlap, Step } from "@smidgen/kernels";
import type { Lifetime, TensorLifetime } from "./lifetimes.ts";

/** An operator that may write its output over an input, as far as the distance says: nobody else will miss it. */
export interface Handover extends Overlap {
  readonly op: number;
}

/**
 * Of all overlaps that loops can do with, those where the input is computed, its last reader is the operator, and the
 * output begins with it. So constants, variables and outputs are never overwritten.
 */
export function handovers(
  graph: Graph,
  tensors: readonly TensorLifetime[],
  steps: readonly Step[],
  { overwriteInputs }: { readonly overwriteInputs: boolean },
): readonly Handover[] {
  const lives = new Map(tensors.map((life) => [life.id, life]));
  const mayBeOverwritten = (id: TensorId) =>
    !graph.outputs.includes(id) &&
    !tensorOf(graph, id).isVariable &&
    (overwriteInputs || !graph.inputs.includes(id));
  return steps.flatMap(({ reads, overlaps = [] }, op) =>
    overlaps
      .filter(({ input, output }) => {
        const isHandedOver = lives.get(input)?.lastOp === op && lives.get(output)?.firstOp === op;
        return isHandedOver && mayBeOverwritten(input) && isKnownForAll(reads, overlaps, input);
      })
      .map((overlap) => ({ ...overlap, op })),
  );
}

/** Whether there is a distance for each operand that the input is, should it be several. */
function isKnownForAll(
  reads: readonly TensorId[],
  overlaps: readonly Overlap[],
  input: TensorId,
): boolean {
  const outputs = new Set(overlaps.map(({ output }) => output)).size;
  const operands = reads.filter((id) => id === input).length;
  return overlaps.filter((overlap) => overlap.input === input).length === operands * outputs;
}

/** Tensors that take the same place, one after the other. Most are alone. */
export interface TensorGroup extends Lifetime {
  readonly members: readonly TensorId[];
}

/**
 * Puts each output in the place of an input that it is handed, if both have the same size and may begin together.
 *
 * Each input goes to one output at most. Groups are in the order of their first members.
 */
export function groupInPlace(
  tensors: readonly TensorLifetime[],
  allowed: readonly Handover[],
): readonly TensorGroup[] {
  const groups = new Map<TensorId, TensorGroup>(
    tensors.map(({ id, ...life }) => [id, { ...life, members: [id] }]),
  );
  const lastOf = new Map(tensors.map(({ id }) => [id, id])); // by first member
  const firstOf = new Map(tensors.map(({ id }) => [id, id])); // by member
  for (const { input, output, distanceBytes } of allowed) {
    const first = firstOf.get(input) as TensorId;
    const group = groups.get(first) as TensorGroup;
    const next = groups.get(output);
    const isTaken = lastOf.get(first) !== input || next === undefined;
    if (isTaken || distanceBytes > 0 || group.sizeBytes !== next.sizeBytes) continue;
    groups.set(first, {
      ...group,
      lastOp: next.lastOp,
      members: [...group.members, ...next.members],
    });
    groups.delete(output);
    firstOf.set(output, first);
    lastOf.set(first, output);
  }
  return [...groups.values()];
}
