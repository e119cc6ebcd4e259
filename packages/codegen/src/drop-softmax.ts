import { UserError } from "@smidgen/errors";
import type { Graph, TensorId } from "@smidgen/graph";

/**
 * The graph without a softmax that ends it: its output is what the softmax was computed from, of which the same element is
 * the largest.
 *
 * @throws UserError `no-softmax`
 */
export function dropSoftmax(graph: Graph): Graph {
  const before = new Map<TensorId, TensorId>();
  const ops = graph.ops.filter(({ kind, inputs, outputs }) => {
    const [output] = outputs;
    const isRead = graph.ops.some((op) => (op.inputs as readonly unknown[]).includes(output));
    if (kind !== "softmax" || isRead || !graph.outputs.includes(output)) return true;
    before.set(output, inputs[0]);
    return false;
  });
  if (before.size === 0) {
    const last = graph.ops.at(-1)?.kind;
    throw new UserError("no-softmax", `model "${graph.name}" ends in ${last}, not in a softmax`, {
      hint: "Generate it as it is.",
    });
  }
  return { ...graph, ops, outputs: graph.outputs.map((id) => before.get(id) ?? id) };
}
