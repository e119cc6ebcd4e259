import type { Graph, Op, OpKind, TensorId } from "@smidgen/graph";
import { countUses, writers } from "./uses.ts";

const fusable: ReadonlySet<OpKind> = new Set<OpKind>([
  "add",
  "average-pool-2d",
  "conv-2d",
  "depthwise-conv-2d",
  "fully-connected",
  "max-pool-2d",
  "mul",
]);

/** ReLU and ReLU6 become an option of the operator before, if nothing else reads its result. */
export function fuseActivation(graph: Graph): Graph {
  const uses = countUses(graph);
  const writtenBy = writers(graph.ops);
  const ops: (Op | undefined)[] = [...graph.ops];
  for (const [index, op] of graph.ops.entries()) {
    if (op.kind !== "relu" && op.kind !== "relu6") continue;
    const [input] = op.inputs;
    const producerIndex = writtenBy.get(input) ?? -1;
    const producer = ops[producerIndex];
    if (producer === undefined || uses.get(input) !== 1 || !canFuse(producer)) continue;
    ops[producerIndex] = fused(producer, op.kind, op.outputs);
    ops[index] = undefined;
  }
  return { ...graph, ops: ops.filter((op) => op !== undefined) };
}

function canFuse(op: Op): boolean {
  return fusable.has(op.kind) && "activation" in op.options && op.options.activation === "none";
}

function fused(op: Op, activation: "relu" | "relu6", outputs: readonly [TensorId]): Op {
  return { ...op, outputs, options: { ...op.options, activation } } as Op;
}
