import {
  byteCount,
  elementCount,
  type Graph,
  type Op,
  tensorOf,
  type TensorId,
} from "@smidgen/graph";
import { copyBytes, makeBytesListStep } from "../bytes-step.ts";
import { furthestAhead } from "../furthest-ahead.ts";
import type { Step } from "../step.ts";

export type InterleaveParams = {
  /** Times that every input gives a chunk. */
  readonly rounds: number;
  readonly inputCount: number;
  readonly chunkBytes: Int32Array; // [inputs]
};

/**
 * The output is made of one chunk of each input in turn, again and again: what lies side by side along an axis.
 *
 * `axis` of the output: dimensions before it are walked through, those from it on are chunks.
 */
export function interleave(
  op: Op & { readonly inputs: readonly TensorId[] },
  graph: Graph,
  axis: number,
): Step {
  const output = tensorOf(graph, op.outputs[0]);
  const rounds = elementCount(output.shape.slice(0, axis));
  return makeBytesListStep({
    kernel: "interleave",
    run: runInterleave,
    params: {
      rounds,
      inputCount: op.inputs.length,
      chunkBytes: Int32Array.from(op.inputs, (id) => byteCount(tensorOf(graph, id)) / rounds),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runInterleave(
  { rounds, inputCount, chunkBytes }: InterleaveParams,
  inputs: readonly Uint8Array[],
  outputs: readonly Uint8Array[],
): void {
  const output = outputs[0]!;
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < inputCount; i++) {
      const count = chunkBytes[i]!;
      copyBytes(inputs[i]!, round * count, output, next, count);
      next += count;
    }
  }
}

/** By how many bytes writing is ahead of reading each input at most. */
export function inputsAhead({ rounds, chunkBytes }: InterleaveParams): readonly number[] {
  const roundBytes = chunkBytes.reduce((a, b) => a + b, 0);
  let start = 0;
  return Array.from(chunkBytes, (bytes) => {
    start += bytes;
    return start - bytes + furthestAhead([{ count: rounds, written: roundBytes, read: bytes }]);
  });
}
