import type { Graph, OpOf } from "@smidgen/graph";
import { sigmoidalInt16 } from "../sigmoidal-int16.ts";
import type { Step } from "../step.ts";

/** The output has scale 2⁻¹⁵ and zero point 0. */
export function logisticInt16(op: OpOf<"logistic">, graph: Graph): Step {
  return sigmoidalInt16(op, graph, "logistic", [0]);
}
