import type { Graph, OpOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";

const { fround } = Math;

type Params = RowGeometry & { readonly beta: number };

/**
 * Every step is rounded to float32, in the order of the reference; how e^x is rounded is up to the C library.
 *
 * Source: `Softmax`, tensorflow/lite/kernels/internal/reference/softmax.h.
 */
export function softmaxFloat32(op: OpOf<"softmax">, graph: Graph): Step {
  tensorOfType(graph, op.outputs[0], "output", "float32");
  return makeStep({
    kernel: "softmax_float32",
    run: runSoftmaxFloat32,
    params: { ...rowGeometry(op, graph), beta: fround(op.options.beta) },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runSoftmaxFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const { rows, depth, beta } = params;
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    let largest = input[start]!;
    for (let i = start; i < end; i++) largest = Math.max(largest, input[i]!);
    let sum = 0;
    for (let i = start; i < end; i++) {
      const power = fround(Math.exp(fround(fround(input[i]! - largest) * beta)));
      output[i] = power;
      sum = fround(sum + power);
    }
    for (let i = start; i < end; i++) output[i] = output[i]! / sum;
  }
}
