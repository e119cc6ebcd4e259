import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { requireSupported } from "../requirements.ts";
import { reshape } from "../reshape/reshape.ts";
import type { Step } from "../step.ts";

/** Copies the elements. Source: `ExpandDimsEval`, tensorflow/lite/micro/kernels/expand_dims.cc. */
export function expandDims(op: OpOf<"expand-dims">, graph: Graph): Step {
  const { name, shape } = tensorOf(graph, op.inputs[1]);
  requireSupported(shape.length <= 1, `axis "${name}" has rank ${shape.length}; 1 is the highest`);
  return reshape(op, graph);
}
