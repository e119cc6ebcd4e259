import type { Graph } from "./graph.ts";
import { rulesOf } from "./op.ts";
import type { Shape, Tensor, TensorId } from "./tensor.ts";

/**
 * The same graph with every written tensor's shape as its operators make it.
 *
 * `inputShapes` replaces the shapes of graph inputs first: a batch of 1 instead of 32, say.
 *
 * @throws UserError `invalid-graph`, if an operator does not take its operands.
 */
export function inferShapes(
  graph: Graph,
  inputShapes: ReadonlyMap<TensorId, Shape> = new Map(),
): Graph {
  const tensors: Tensor[] = graph.tensors.map((tensor, id) => {
    const shape = inputShapes.get(id as TensorId);
    return shape === undefined ? tensor : { ...tensor, shape };
  });
  for (const op of graph.ops) {
    const shapes = rulesOf(op).outputShapes(op, tensors);
    for (const [i, id] of op.outputs.entries()) {
      tensors[id] = { ...(tensors[id] as Tensor), shape: shapes[i] as Shape };
    }
  }
  return { ...graph, tensors };
}
