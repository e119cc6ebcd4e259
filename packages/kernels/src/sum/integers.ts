import type { Graph, OpOf } from "@smidgen/graph";
import { reduceSumIntegers } from "../reduce-sum-integers.ts";
import type { Numerics, Step } from "../step.ts";

export function sumIntegers(op: OpOf<"sum">, graph: Graph, numerics: Numerics): Step {
  return reduceSumIntegers(op, graph, 1, numerics);
}
