import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";

type Params = { readonly count: number; readonly scale: number; readonly zeroPoint: number };

/**
 * Integers to floats.
 *
 * Source: `Dequantize`, tensorflow/lite/kernels/internal/reference/dequantize.h.
 */
export function dequantize(op: OpOf<"dequantize">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  tensorOfType(graph, op.outputs[0], "output", "float32");
  const { scale, zeroPoint } = perTensorOf(input, "input");
  return makeStep({
    kernel: `dequantize_${input.type}`,
    run: runDequantize,
    params: { count: elementCount(input.shape), scale, zeroPoint },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runDequantize(
  { count, scale, zeroPoint }: Params,
  input: Int8Array | Uint8Array | Int16Array,
  output: Float32Array,
): void {
  for (let i = 0; i < count; i++) output[i] = scale * (input[i]! - zeroPoint);
}
