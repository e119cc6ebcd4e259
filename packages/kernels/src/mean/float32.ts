import type { Graph, OpOf } from "@smidgen/graph";
import { reduceSumFloat32 } from "../reduce-sum-float32.ts";
import { elementsPerOutput } from "../reduction.ts";
import type { Step } from "../step.ts";

export function meanFloat32(op: OpOf<"mean">, graph: Graph): Step {
  return reduceSumFloat32(op, graph, elementsPerOutput(op, graph));
}
