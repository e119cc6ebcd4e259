import { byteCount, type ElementArray, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";

/**
 * Copies the elements, of any type: the output has memory of its own, as in TensorFlow Lite Micro.
 *
 * Source: `EvalReshapeReference`, tensorflow/lite/micro/kernels/reshape.cc.
 */
export function reshape(op: OpOf<"reshape" | "squeeze" | "expand-dims">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  tensorOfType(graph, op.outputs[0], "output", input.type);
  return makeStep({
    kernel: "copy",
    run: runCopy,
    params: { bytes: byteCount(input) },
    reads: [op.inputs[0]],
    writes: op.outputs,
  });
}

function runCopy(_: object, input: ElementArray, output: ElementArray): void {
  // Both have the same element type, and so the same kind of array.
  (output as Int8Array).set(input as Int8Array);
}
