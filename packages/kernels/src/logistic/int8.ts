import type { Graph, OpOf } from "@smidgen/graph";
import { logisticOf } from "../fixed-point-functions.ts";
import { sigmoidalInt8 } from "../sigmoidal-int8.ts";
import type { Numerics, Step } from "../step.ts";

/** The output has scale 1/256 and zero point −128. */
export function logisticInt8(op: OpOf<"logistic">, graph: Graph, numerics: Numerics): Step {
  return sigmoidalInt8(op, graph, numerics, {
    f: logisticOf,
    real: (x) => 1 / (1 + Math.exp(-x)),
    outputBits: 8,
    zeroPoint: -128,
  });
}
