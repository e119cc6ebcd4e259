import type { Op } from "./op.ts";
import type { Tensor, TensorId } from "./tensor.ts";

/** A small neural network: a flat list of tensors, and operators in the order in which they run. */
export interface Graph {
  readonly name: string;
  /** Positions are `TensorId`s, as in `.tflite`. */
  readonly tensors: readonly Tensor[];
  readonly ops: readonly Op[];
  readonly inputs: readonly TensorId[];
  readonly outputs: readonly TensorId[];
}

/**
 * The tensor at a position of a verified graph.
 *
 * @throws Error if there is none: a mistake of ours, since `verifyGraph` looks at every position.
 */
export function tensorOf(graph: Pick<Graph, "tensors">, id: TensorId): Tensor {
  const tensor = graph.tensors[id];
  if (tensor === undefined) throw new Error(`tensor %${id} does not exist`);
  return tensor;
}

/** Operands that are present, in order. */
export function presentInputs(op: Op): readonly TensorId[] {
  return (op.inputs as readonly (TensorId | undefined)[]).filter((id) => id !== undefined);
}
