import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { interleave } from "../concatenation/interleave.ts";
import { tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";

/**
 * Inputs stacked along a new dimension, unchanged: nothing is rescaled.
 *
 * Source: `PackImpl`, tensorflow/lite/micro/kernels/pack.cc.
 */
export function pack(op: OpOf<"pack">, graph: Graph): Step {
  const { axis } = op.options;
  const first = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", first.type);
  for (const [i, id] of op.inputs.entries()) tensorOfType(graph, id, `input ${i}`, first.type);
  return interleave(op, graph, axis < 0 ? axis + output.shape.length : axis);
}
