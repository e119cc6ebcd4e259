import { byteCount, type Graph, presentInputs, type Tensor, type TensorId } from "@smidgen/graph";
import { prepareSteps, type Step } from "@smidgen/kernels";

/** Where everything that is computed lives while a graph runs. Plain data. */
export interface MemoryPlan {
  /** Size of the arena that all offsets point into; a multiple of 16. */
  readonly arenaBytes: number;
  /** Inputs, and whatever operators write; not constants. In the order of their ids. */
  readonly tensors: readonly TensorPlace[];
  /** One per operator that needs memory while it runs, in their order. */
  readonly scratch: readonly ScratchPlace[];
}

export interface TensorPlace extends Place {
  readonly id: TensorId;
  /** Position of the operator that writes it; −1 if it is there before the first one runs. */
  readonly firstOp: number;
  /** Position of the last operator that needs it; outputs stay until the last one. */
  readonly lastOp: number;
}

export interface ScratchPlace extends Place {
  readonly op: number;
}

export interface Place {
  /** A multiple of 16. */
  readonly offsetBytes: number;
  readonly sizeBytes: number;
}

export interface PlanOptions {
  /** Gives every tensor a place of its own, so that all can be read after a run. Default: false. */
  readonly keepIntermediates?: boolean;
  /** The steps of this graph, if they are at hand; how much scratch memory they need is the same in every profile. */
  readonly steps?: readonly Step[];
}

/** What offsets are multiples of, as in TensorFlow Lite Micro. */
export const arenaAlignment = 16;

/**
 * Lays out the arena: two values share memory if no operator needs both.
 *
 * The largest is placed first, each at the lowest offset that is free for its whole life. Variables live in
 * the arena from beginning to end.
 * The graph is one that `verifyGraph` accepts.
 *
 * Source: `GreedyMemoryPlanner`, tensorflow/lite/micro/memory_planner/greedy_memory_planner.cc, and lifetimes as
 * in `AllocationInfoBuilder`, tensorflow/lite/micro/micro_allocation_info.cc; the same offsets for the same sizes.
 *
 * @throws UserError `unsupported-operator`
 */
export function planMemory(graph: Graph, options: PlanOptions = {}): MemoryPlan {
  const { keepIntermediates = false, steps = prepareSteps(graph, { rounding: "double" }) } =
    options;
  const tensors = lifetimes(graph, keepIntermediates);
  const scratch = steps.flatMap(({ scratchBytes: sizeBytes }, op) =>
    sizeBytes === 0 ? [] : [{ op, sizeBytes, firstOp: op, lastOp: op }],
  );
  const { arenaBytes, offsets } = placeLargestFirst([...tensors, ...scratch]);
  return {
    arenaBytes,
    tensors: tensors.map((tensor, i) => ({ ...tensor, offsetBytes: offsets[i] as number })),
    scratch: scratch.map(({ op, sizeBytes }, i) => ({
      op,
      sizeBytes,
      offsetBytes: offsets[tensors.length + i] as number,
    })),
  };
}

interface Buffer {
  readonly sizeBytes: number;
  readonly firstOp: number;
  readonly lastOp: number;
}

function lifetimes(graph: Graph, keepAll: boolean): readonly Omit<TensorPlace, "offsetBytes">[] {
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

/** In memory every element has its own array entry, so int4 takes a byte. */
function arenaBytesOf(tensor: Tensor): number {
  return tensor.type === "int4" ? byteCount({ ...tensor, type: "int8" }) : byteCount(tensor);
}

function placeLargestFirst(buffers: readonly Buffer[]): {
  readonly arenaBytes: number;
  readonly offsets: readonly number[];
} {
  const aligned = buffers.map(({ sizeBytes }) => roundUp(sizeBytes, arenaAlignment));
  // Of equally large ones the later comes first.
  const order = [...buffers.keys()].toSorted(
    (a, b) => (aligned[b] as number) - (aligned[a] as number) || b - a,
  );
  const offsets = buffers.map(() => 0);
  const placed: number[] = []; // by offset
  let arenaBytes = 0;
  for (const index of order) {
    const buffer = buffers[index] as Buffer;
    const size = aligned[index] as number;
    let offset = 0;
    for (const other of placed) {
      if (!areAliveTogether(buffer, buffers[other] as Buffer)) continue;
      if ((offsets[other] as number) - offset >= size) break;
      offset = Math.max(offset, (offsets[other] as number) + (aligned[other] as number));
    }
    offsets[index] = offset;
    const behind = placed.findIndex((other) => (offsets[other] as number) > offset);
    placed.splice(behind === -1 ? placed.length : behind, 0, index);
    arenaBytes = Math.max(arenaBytes, offset + size);
  }
  return { arenaBytes, offsets };
}

function areAliveTogether(a: Buffer, b: Buffer): boolean {
  return a.firstOp <= b.lastOp && b.firstOp <= a.lastOp;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
