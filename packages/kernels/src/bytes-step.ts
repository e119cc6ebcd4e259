import type { ElementArray, TensorId } from "@smidgen/graph";
import { type KernelParams, type LoopParams, makeStep, type Step } from "./step.ts";

/**
 * A step whose loop is `run(params, …reads, …writes)` and gets its tensors as bytes, apart from those in `asElements`.
 *
 * Operators that only move values are one loop for all element types.
 */
export function makeBytesStep<P extends KernelParams>(step: {
  readonly kernel: string;
  readonly run: (params: LoopParams<P>, ...tensors: never[]) => void;
  readonly params: P;
  readonly reads: readonly TensorId[];
  readonly writes: readonly TensorId[];
  readonly asElements?: readonly TensorId[];
}): Step {
  const { asElements = [], ...given } = step;
  const onElements = makeStep(given);
  return {
    ...onElements,
    bind: ({ tensor, scratch }) =>
      onElements.bind({
        tensor: (id) => (asElements.includes(id) ? tensor(id) : bytesOf(tensor(id))),
        scratch,
      }),
  };
}

/**
 * The same for any number of tensors: the loop is `run(params, reads, writes)`.
 *
 * The C twin is called like every other; a macro makes arrays of its arguments.
 */
export function makeBytesListStep<P extends KernelParams>(step: {
  readonly kernel: string;
  readonly run: (params: P, reads: readonly Uint8Array[], writes: readonly Uint8Array[]) => void;
  readonly params: P;
  readonly reads: readonly TensorId[];
  readonly writes: readonly TensorId[];
}): Step {
  const { kernel, run, params, reads, writes } = step;
  return {
    kernel,
    params,
    reads,
    writes,
    scratchBytes: 0,
    bind({ tensor }) {
      const bytes = (id: TensorId) => bytesOf(tensor(id));
      return run.bind(undefined, params, reads.map(bytes), writes.map(bytes));
    },
  };
}

/** Copies bytes between tensors that do not overlap. C twin: `memcpy`. */
export function copyBytes(
  from: Uint8Array,
  fromStart: number,
  to: Uint8Array,
  toStart: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) to[toStart + i] = from[fromStart + i]!;
}

function bytesOf({ buffer, byteOffset, byteLength }: ElementArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
