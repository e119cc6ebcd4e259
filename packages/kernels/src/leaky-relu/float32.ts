import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";

type Params = { readonly count: number; readonly alpha: number };

/** Source: `LeakyRelu`, tensorflow/lite/kernels/internal/reference/leaky_relu.h. */
export function leakyReluFloat32(op: OpOf<"leaky-relu">, graph: Graph): Step {
  tensorOfType(graph, op.outputs[0], "output", "float32");
  return makeStep({
    kernel: "leaky_relu_float32",
    run: runLeakyReluFloat32,
    params: {
      count: elementCount(tensorOf(graph, op.inputs[0]).shape),
      alpha: Math.fround(op.options.alpha),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runLeakyReluFloat32(
  { count, alpha }: Params,
  input: Float32Array,
  output: Float32Array,
): void {
  for (let i = 0; i < count; i++) {
    const x = input[i]!;
    output[i] = x > 0 ? x : x * alpha;
  }
}
