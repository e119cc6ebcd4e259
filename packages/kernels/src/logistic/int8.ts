import type { Graph, OpOf } from "@smidgen/graph";
import { logisticOf } from "../fixed-point-functions.ts";
import { sigmoidalInt8 } from "../sigmoidal-int8.ts";
import type { Step } from "../step.ts";

/** The output has scale 1/256 and zero point −128. */
export function logisticInt8(op: OpOf<"logistic">, graph: Graph): Step {
  return sigmoidalInt8(op, graph, { f: logisticOf, outputBits: 8, zeroPoint: -128 });
}
