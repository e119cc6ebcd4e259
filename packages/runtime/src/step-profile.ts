import {
  byteCount,
  type Graph,
  multiplyAccumulates,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import type { Step } from "@smidgen/kernels";

/** What an operator has to do in each run, and how long it took in all runs so far. */
export interface StepProfile {
  /** Position of the operator in the graph. */
  readonly op: number;
  readonly kernel: string;
  readonly milliseconds: number;
  /** Of the operator's definition, whatever the kernel makes of it; 0 for operators that multiply nothing. */
  readonly multiplyAccumulates: number;
  /** Tensors that the loop reads, weights and tables included. Each byte once, however often it is read. */
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Profiles of operators in their order; all that depends on runs is the time. */
export function stepProfiles(
  graph: Graph,
  steps: readonly Step[],
  milliseconds: Float64Array,
): readonly StepProfile[] {
  const bytesOf = (ids: readonly TensorId[]) =>
    [...new Set(ids)].reduce((sum, id) => sum + byteCount(tensorOf(graph, id)), 0);
  return steps.map(({ kernel, reads, writes, params }, op) => ({
    op,
    kernel,
    milliseconds: milliseconds[op] as number,
    multiplyAccumulates: multiplyAccumulates(graph.ops[op] as Graph["ops"][number], graph.tensors),
    bytesRead: bytesOf(reads) + bytesOfArrays(params),
    bytesWritten: bytesOf(writes),
  }));
}

function bytesOfArrays(params: Step["params"]): number {
  return Object.values(params).reduce<number>(
    (sum, value) => sum + (typeof value === "number" ? 0 : value.byteLength),
    0,
  );
}
