import {
  type Graph,
  isConstant,
  type Op,
  presentInputs,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";

/**
 * Some operators of a graph, as a graph of their own with the same tensors. Its inputs are what they read and do
 * not compute themselves, constants and variables aside, in the order in which it is first read.
 */
export function subgraph(graph: Graph, ops: readonly Op[], outputs: readonly TensorId[]): Graph {
  const written = new Set<TensorId>();
  const inputs = new Set<TensorId>();
  const read = (id: TensorId) => {
    const tensor = tensorOf(graph, id);
    if (!written.has(id) && !isConstant(tensor) && !tensor.isVariable) inputs.add(id);
  };
  for (const op of ops) {
    for (const id of presentInputs(op)) read(id);
    for (const id of op.outputs) written.add(id);
  }
  for (const id of outputs) read(id);
  return { ...graph, ops, inputs: [...inputs], outputs };
}

/** The operators whose results depend on any of these tensors, in order. */
export function dependents(graph: Graph, tensors: Iterable<TensorId>): readonly Op[] {
  const reached = new Set(tensors);
  return graph.ops.filter((op) => {
    if (!presentInputs(op).some((id) => reached.has(id))) return false;
    for (const id of op.outputs) reached.add(id);
    return true;
  });
}
