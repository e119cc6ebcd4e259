import { byteCount, type Graph, isConstant, type TensorId, tensorOf } from "@smidgen/graph";
import type { CTwin, Step } from "@smidgen/kernels";

/** Which tensors lie in the same memory, whatever a planner does. */
export interface SharedMemory {
  /** The tensor in whose memory this one lies; mostly itself. */
  readonly root: (id: TensorId) => TensorId;
  /** Positions of steps that have nothing left to do. */
  readonly removed: ReadonlySet<number>;
}

/**
 * Lets tensors share memory where a step would only copy one to the other, and where the step that writes an output can
 * overwrite what it reads, so that this may lie in the caller's array before.
 *
 * Variables keep memory of their own, since they change.
 */
export function shareMemory(
  graph: Graph,
  steps: readonly Step[],
  twins: readonly CTwin[],
): SharedMemory {
  const sharedWith = new Map<TensorId, TensorId>();
  const root = (id: TensorId): TensorId => {
    const other = sharedWith.get(id);
    return other === undefined ? id : root(other);
  };
  const isOutput = (id: TensorId) => graph.outputs.includes(id);
  const isVariable = (id: TensorId) => tensorOf(graph, id).isVariable;
  const isInner = (id: TensorId) =>
    !graph.inputs.includes(id) &&
    !isOutput(id) &&
    !isVariable(id) &&
    !isConstant(tensorOf(graph, id));

  const removed = new Set<number>();
  for (const [i, { kernel, reads, writes }] of steps.entries()) {
    const [from, to] = [reads[0], writes[0]];
    if (kernel !== "copy" || from === undefined || to === undefined) continue;
    if (isVariable(from) || isVariable(root(from)) || isVariable(to)) continue;
    if (!isOutput(to)) sharedWith.set(to, from);
    else if (isInner(root(from))) sharedWith.set(root(from), to);
    else continue;
    removed.add(i);
  }

  const users = (id: TensorId) =>
    steps.flatMap(({ reads, writes }, i) =>
      [...reads, ...writes].filter((other) => root(other) === id).map(() => i),
    );
  for (const [i, { overlaps }] of twins.entries()) {
    for (const { input, output, distanceBytes } of overlaps) {
      const [from, to] = [root(input), root(output)];
      if (distanceBytes > 0 || from === to || !isInner(from) || !isOutput(to)) continue;
      const isLastAndOnlyReader = users(from).filter((user) => user >= i).length === 1;
      const isFirstWriter = users(to).every((user) => user >= i);
      const areAlike = typeAndSize(graph, from) === typeAndSize(graph, to);
      if (isLastAndOnlyReader && isFirstWriter && areAlike) sharedWith.set(from, to);
    }
  }
  return { root, removed };
}

function typeAndSize(graph: Graph, id: TensorId): string {
  const tensor = tensorOf(graph, id);
  return `${tensor.type} ${byteCount(tensor)}`;
}
