import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { deal } from "../split/deal.ts";
import type { Step } from "../step.ts";

/**
 * The slices along an axis, unchanged.
 *
 * Source: `UnpackImpl`, tensorflow/lite/micro/kernels/unpack.cc.
 */
export function unpack(op: OpOf<"unpack">, graph: Graph): Step {
  const [inputId] = op.inputs;
  const { axis } = op.options;
  const { type, shape } = tensorOf(graph, inputId);
  for (const [i, id] of op.outputs.entries()) tensorOfType(graph, id, `output ${i}`, type);
  return deal(op, graph, inputId, axis < 0 ? axis + shape.length : axis);
}
