import { type Graph, type OpOf, type Tensor, tensorOf } from "@smidgen/graph";
import { requireEqualQuantization } from "../equal-quantization.ts";
import { requireSupported, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { interleave } from "./interleave.ts";

/** As many inputs as TensorFlow Lite Micro takes. */
const mostInputs = 10;

/**
 * Inputs one behind the other, unchanged: nothing is rescaled.
 *
 * Source: `ConcatenationPrepare`, tensorflow/lite/micro/kernels/concatenation.cc, and `Concatenation`,
 * tensorflow/lite/kernels/internal/reference/concatenation.h.
 */
export function concatenation(op: OpOf<"concatenation">, graph: Graph): Step {
  const { axis, activation } = op.options;
  const first = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", first.type);
  requireSupported(
    activation === "none",
    `activation ${activation} is not supported here`,
    "Use an operator of its own.",
  );
  requireSupported(
    op.inputs.length <= mostInputs,
    `${op.inputs.length} inputs are more than ${mostInputs}`,
    "Concatenate some of them first.",
  );
  for (const [i, id] of op.inputs.entries()) {
    const input = tensorOfType(graph, id, `input ${i}`, first.type);
    if (first.type === "int8") requireEqualQuantization([`input ${i}`, input], ["output", output]);
    if (first.type === "int16") requireNoZeroPoint(`input ${i}`, input);
  }
  if (first.type === "int16") requireNoZeroPoint("output", output);
  return interleave(op, graph, axis < 0 ? axis + output.shape.length : axis);
}

function requireNoZeroPoint(role: string, { name, quantization }: Tensor): void {
  requireSupported(
    quantization?.kind !== "per-tensor" || quantization.zeroPoint === 0,
    `${role} "${name}" is int16 and has a zero point other than 0`,
  );
}
