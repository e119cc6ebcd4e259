import type { Graph, OpOf } from "@smidgen/graph";
import { sigmoidalInt16 } from "../sigmoidal-int16.ts";
import type { Step } from "../step.ts";

/** The output has scale 2⁻¹⁵ and zero point 0. */
export function tanhInt16(op: OpOf<"tanh">, graph: Graph): Step {
  return sigmoidalInt16(op, graph, "tanh", [0, 1]);
}
