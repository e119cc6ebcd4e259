import { byteCount, type Graph, presentInputs, type Tensor, type TensorId } from "@smidgen/graph";

/** How much memory something needs, and while which operators run. */
export interface Lifetime {
  readonly sizeBytes: number;
  /** Position of the operator that writes it; −1 if it is there before the first one runs. */
  readonly firstOp: number;
  /** Position of the last operator that needs it. */
  readonly lastOp: number;
}

export interface TensorLifetime extends Lifetime {
  readonly id: TensorId;
}

/**
 * Of inputs, and of whatever operators write; not of constants. In the order of their ids.
 *
 * Outputs stay until the last operator; variables are always there, and with `keepAll` everything is.
 */
export function lifetimes(graph: Graph, keepAll: boolean): readonly TensorLifetime[] {
  const first = new Map<TensorId, number>();
  const last = new Map<TensorId, number>();
  const touch = (id: TensorId, op: number) => {
    if (!first.has(id)) first.set(id, op);
    last.set(id, op);
  };
  const end = graph.ops.length - 1;
  for (const id of graph.inputs) touch(id, -1);
  for (const [position, op] of graph.ops.entries()) {
    for (const id of [...op.outputs, ...presentInputs(op)]) touch(id, position);
  }
  for (const id of graph.outputs) touch(id, end);

  return graph.tensors.flatMap((tensor, position) => {
    const id = position as TensorId;
    const firstOp = first.get(id);
    const lastOp = last.get(id);
    if (firstOp === undefined || lastOp === undefined || tensor.data !== undefined) return [];
    const isAlwaysAlive = keepAll || tensor.isVariable;
    return [
      {
        id,
        sizeBytes: arenaBytesOf(tensor),
        firstOp: isAlwaysAlive ? -1 : firstOp,
        lastOp: isAlwaysAlive ? end : lastOp,
      },
    ];
  });
}

export function areAliveTogether(a: Lifetime, b: Lifetime): boolean {
  return a.firstOp <= b.lastOp && b.firstOp <= a.lastOp;
}

/** In memory every element has its own array entry, so int4 takes a byte. */
function arenaBytesOf(tensor: Tensor): number {
  return tensor.type === "int4" ? byteCount({ ...tensor, type: "int8" }) : byteCount(tensor);
}
