import { type Graph, type Op, presentInputs, type TensorId } from "@smidgen/graph";

/** How often each tensor is read; being an output of the graph counts. */
export function countUses({ ops, outputs }: Pick<Graph, "ops" | "outputs">): Map<TensorId, number> {
  const counts = new Map<TensorId, number>();
  for (const id of [...ops.flatMap(presentInputs), ...outputs]) {
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** The position of the operator that writes each tensor. */
export function writers(ops: readonly Op[]): Map<TensorId, number> {
  return new Map(ops.flatMap((op, index) => op.outputs.map((id) => [id, index] as const)));
}
