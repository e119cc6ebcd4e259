import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";
import {
  perAxisParams,
  runDequantize,
  runDequantizeFloat16,
  runDequantizePerAxis,
} from "./dequantize-elements.ts";

/**
 * Integers to floats, with one scale or one for each slice along an axis; and float16 to float32.
 *
 * TensorFlow Lite Micro has neither scales per slice nor float16.
 *
 * Source: `Dequantize` and `PerChannelDequantize`, tensorflow/lite/kernels/internal/reference/dequantize.h and
 * tflite/kernels/dequantize.h of LiteRT.
 */
export function dequantize(op: OpOf<"dequantize">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const { type, quantization } = input;
  tensorOfType(graph, op.outputs[0], "output", "float32");
  const count = elementCount(input.shape);
  const operands = { reads: op.inputs, writes: op.outputs };
  if (type === "float16") {
    const kernel = "dequantize_float16";
    return makeStep({ kernel, run: runDequantizeFloat16, params: { count }, ...operands });
  }
  if (quantization?.kind === "per-axis") {
    return makeStep({
      kernel: `dequantize_${type}_per_axis`,
      run: runDequantizePerAxis,
      params: perAxisParams(input, quantization),
      ...operands,
    });
  }
  const { scale, zeroPoint } = perTensorOf(input, "input");
  return makeStep({
    kernel: `dequantize_${type}`,
    run: runDequantize,
    params: { count, scale, zeroPoint },
    ...operands,
  });
}
