import { type Graph, type Op, type TensorId, tensorOf } from "@smidgen/graph";
import { countUses, writers } from "./uses.ts";

/** A reshape of a reshape is one; one that gives the shape there was is none. */
export function mergeReshapes(graph: Graph): Graph {
  const uses = countUses(graph);
  const writtenBy = writers(graph.ops);
  const renamed = new Map<TensorId, TensorId>();
  const current = (id: TensorId) => renamed.get(id) ?? id;
  const ops: (Op | undefined)[] = [];
  for (const op of graph.ops) {
    const moved = {
      ...op,
      inputs: op.inputs.map((id) => (id === undefined ? undefined : current(id))),
    } as unknown as Op;
    if (moved.kind !== "reshape") {
      ops.push(moved);
      continue;
    }
    const [input] = moved.inputs;
    const position = writtenBy.get(input);
    const before = position === undefined ? undefined : ops[position];
    const source = before?.kind === "reshape" && uses.get(input) === 1 ? before.inputs[0] : input;
    if (source !== input && position !== undefined) ops[position] = undefined;
    const [output] = moved.outputs;
    const isSame = tensorOf(graph, source).shape.join() === tensorOf(graph, output).shape.join();
    if (isSame && !graph.outputs.includes(output)) {
      renamed.set(output, source);
      uses.set(source, (uses.get(source) ?? 0) - 1 + (uses.get(output) ?? 0));
      ops.push(undefined);
    } else {
      ops.push({ ...moved, inputs: [source, moved.inputs[1]] });
    }
  }
  return { ...graph, ops: ops.filter((op) => op !== undefined) };
}
