import { type Graph, type Op, presentInputs, type TensorId } from "@smidgen/graph";

/** Drops tensors that no operator reads or writes, and numbers the others anew in the same order. */
export function removeUnused(graph: Graph): Graph {
  const used = new Set<TensorId>([
    ...graph.inputs,
    ...graph.outputs,
    ...graph.ops.flatMap((op) => [...presentInputs(op), ...op.outputs]),
  ]);
  const kept = graph.tensors.flatMap((_, id) => (used.has(id as TensorId) ? [id as TensorId] : []));
  const newIds = new Map(kept.map((id, position) => [id, position as TensorId]));
  const renumber = <Id extends TensorId | undefined>(ids: readonly Id[]) =>
    ids.map((id) => (id === undefined ? undefined : newIds.get(id)) as Id);
  return {
    ...graph,
    tensors: graph.tensors.filter((_, id) => used.has(id as TensorId)),
    ops: graph.ops.map(
      (op) =>
        ({ ...op, inputs: renumber(op.inputs), outputs: renumber(op.outputs) }) as unknown as Op,
    ),
    inputs: renumber(graph.inputs),
    outputs: renumber(graph.outputs),
  };
}
