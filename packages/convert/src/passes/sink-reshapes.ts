import {
  type Graph,
  type Op,
  type OpKind,
  type Tensor,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { countUses, writers } from "./uses.ts";

const looksAtOneValue: ReadonlySet<OpKind> = new Set<OpKind>([
  "elu",
  "leaky-relu",
  "logistic",
  "relu",
  "relu6",
  "tanh",
]);

/**
 * What looks at each value alone, or at channels alone, runs before a reshape instead of after it, so that it stands
 * beside the convolution it may become part of. The reshape meets the next one there is.
 */
export function sinkReshapes(graph: Graph): Graph {
  let current = graph;
  for (;;) {
    const next = sinkOne(current);
    if (next === undefined) return current;
    current = next;
  }
}

function sinkOne(graph: Graph): Graph | undefined {
  const uses = countUses(graph);
  const writtenBy = writers(graph.ops);
  for (const [index, op] of graph.ops.entries()) {
    const before = graph.ops[writtenBy.get(op.inputs[0]) ?? -1];
    if (before?.kind !== "reshape" || uses.get(before.outputs[0]) !== 1) continue;
    const [wideInput] = before.inputs;
    if (!mayRunBefore(graph, op, wideInput)) continue;
    const [output] = op.outputs as readonly [TensorId];
    const { name, shape } = tensorOf(graph, output);
    const wide: Tensor = {
      ...tensorOf(graph, output),
      name: `${name}/reshaped`,
      shape: tensorOf(graph, wideInput).shape,
    };
    const wideId = graph.tensors.length as TensorId;
    const moved = { ...op, inputs: [wideInput, ...op.inputs.slice(1)], outputs: [wideId] } as Op;
    const reshape: Op = {
      kind: "reshape",
      inputs: [wideId, undefined],
      outputs: [output],
      options: { newShape: shape },
    };
    return {
      ...graph,
      tensors: [...graph.tensors, wide],
      ops: graph.ops.flatMap((each, i) =>
        i === index ? [moved, reshape] : each === before ? [] : [each],
      ),
    };
  }
  return undefined;
}

function mayRunBefore(graph: Graph, op: Op, input: TensorId): boolean {
  if (looksAtOneValue.has(op.kind)) return true;
  if (op.kind !== "add" && op.kind !== "mul") return false;
  const [x, constant] = op.inputs;
  const { data, shape } = tensorOf(graph, constant);
  const channels = shape.at(-1);
  return (
    data !== undefined &&
    shape.length === 1 &&
    (channels === 1 ||
      (channels === tensorOf(graph, input).shape.at(-1) &&
        channels === tensorOf(graph, x).shape.at(-1)))
  );
}
