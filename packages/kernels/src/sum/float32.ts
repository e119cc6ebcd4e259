import type { Graph, OpOf } from "@smidgen/graph";
import { reduceSumFloat32 } from "../reduce-sum-float32.ts";
import type { Step } from "../step.ts";

export function sumFloat32(op: OpOf<"sum">, graph: Graph): Step {
  return reduceSumFloat32(op, graph, 1);
}
