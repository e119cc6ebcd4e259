import type { Graph, OpOf } from "@smidgen/graph";
import { reduceSumIntegers } from "../reduce-sum-integers.ts";
import { elementsPerOutput } from "../reduction.ts";
import type { Numerics, Step } from "../step.ts";

export function meanIntegers(op: OpOf<"mean">, graph: Graph, numerics: Numerics): Step {
  return reduceSumIntegers(op, graph, elementsPerOutput(op, graph), numerics);
}
