import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { constantOfType, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";
import { deal } from "./deal.ts";

/**
 * Equal parts along an axis, unchanged.
 *
 * Source: `SplitImpl`, tensorflow/lite/micro/kernels/split.cc.
 */
export function split(op: OpOf<"split">, graph: Graph): Step {
  const [axisId, inputId] = op.inputs;
  const { type, shape } = tensorOf(graph, inputId);
  const [axis = 0] = constantOfType(graph, axisId, "axis", "int32");
  for (const [i, id] of op.outputs.entries()) tensorOfType(graph, id, `output ${i}`, type);
  return deal(op, graph, inputId, axis < 0 ? axis + shape.length : axis);
}
