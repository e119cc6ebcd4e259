import type { Graph, OpOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";
import { makeStep, type Step } from "../step.ts";

const { fround } = Math;

/**
 * Every step is rounded to float32; how eˣ and ln x are rounded is up to the C library.
 *
 * Source: `LogSoftmax`, tensorflow/lite/kernels/internal/reference/log_softmax.h.
 */
export function logSoftmaxFloat32(op: OpOf<"log-softmax">, graph: Graph): Step {
  tensorOfType(graph, op.outputs[0], "output", "float32");
  return makeStep({
    kernel: "log_softmax_float32",
    run: runLogSoftmaxFloat32,
    params: rowGeometry(op, graph),
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runLogSoftmaxFloat32(
  { rows, depth }: RowGeometry,
  input: Float32Array,
  output: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    let largest = input[start]!;
    for (let i = start; i < end; i++) largest = Math.max(largest, input[i]!);
    let sum = 0;
    for (let i = start; i < end; i++) {
      sum = fround(sum + fround(Math.exp(fround(input[i]! - largest))));
    }
    const logOfSum = fround(Math.log(sum));
    for (let i = start; i < end; i++) output[i] = fround(input[i]! - largest) - logOfSum;
  }
}
