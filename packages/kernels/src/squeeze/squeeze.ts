import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { requireSupported } from "../requirements.ts";
import { reshape } from "../reshape/reshape.ts";
import type { Step } from "../step.ts";

/** Copies the elements. Source: `SqueezePrepare` and `SqueezeEval`, tensorflow/lite/micro/kernels/squeeze.cc. */
export function squeeze(op: OpOf<"squeeze">, graph: Graph): Step {
  const rank = tensorOf(graph, op.inputs[0]).shape.length;
  requireSupported(rank <= 8, `input has rank ${rank}; 8 is the highest`);
  return reshape(op, graph);
}
