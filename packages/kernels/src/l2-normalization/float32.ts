import type { Graph, OpOf } from "@smidgen/graph";
import { requireSupported, tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";

const { fround } = Math;

/** Shorter vectors are divided by this. */
const smallestNorm = fround(1e-6);

/**
 * Every step is rounded to float32.
 *
 * Source: `L2Normalization`, tensorflow/lite/kernels/internal/reference/l2normalization.h.
 */
export function l2NormalizationFloat32(op: OpOf<"l2-normalization">, graph: Graph): Step {
  tensorOfType(graph, op.outputs[0], "output", "float32");
  requireSupported(op.options.activation === "none", "activations are not supported here");
  return makeStep({
    kernel: "l2_normalization_float32",
    run: runL2NormalizationFloat32,
    params: rowGeometry(op, graph),
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runL2NormalizationFloat32(
  { rows, depth }: RowGeometry,
  input: Float32Array,
  output: Float32Array,
): void {
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    let sum = 0;
    for (let i = start; i < end; i++) sum = fround(sum + fround(input[i]! * input[i]!));
    const norm = Math.max(fround(Math.sqrt(sum)), smallestNorm);
    for (let i = start; i < end; i++) output[i] = input[i]! / norm;
  }
}
