import {
  byteCount,
  elementCount,
  type Graph,
  type Op,
  type TensorId,
  tensorOf,
} from "@smidgen/graph";
import { copyBytes, makeBytesListStep } from "../bytes-step.ts";
import type { Step } from "../step.ts";

export type DealParams = {
  /** Times that every output gets a chunk. */
  readonly rounds: number;
  readonly outputCount: number;
  readonly chunkBytes: number;
};

/**
 * Gives chunks of the input to each output in turn, again and again: what lies side by side along an axis.
 *
 * `axis` of the input: dimensions before it are walked through, those from it on are divided.
 */
export function deal(op: Op, graph: Graph, inputId: TensorId, axis: number): Step {
  const input = tensorOf(graph, inputId);
  const rounds = elementCount(input.shape.slice(0, axis));
  const outputCount = op.outputs.length;
  return makeBytesListStep({
    kernel: "deal",
    run: runDeal,
    params: { rounds, outputCount, chunkBytes: byteCount(input) / (rounds * outputCount) },
    reads: [inputId],
    writes: op.outputs,
  });
}

function runDeal(
  { rounds, outputCount, chunkBytes }: DealParams,
  inputs: readonly Uint8Array[],
  outputs: readonly Uint8Array[],
): void {
  const input = inputs[0]!;
  let next = 0;
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < outputCount; i++) {
      copyBytes(input, next, outputs[i]!, round * chunkBytes, chunkBytes);
      next += chunkBytes;
    }
  }
}

/**
 * By how many bytes writing each output is ahead of reading at most. It is always behind, because of what is read for
 * the outputs before it in the first round: each may lie where its first chunk was.
 */
export function outputsAhead({ outputCount, chunkBytes }: DealParams): readonly number[] {
  return Array.from({ length: outputCount }, (_, output) => 0 - output * chunkBytes);
}
