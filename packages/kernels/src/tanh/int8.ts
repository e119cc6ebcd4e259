import type { Graph, OpOf } from "@smidgen/graph";
import { tanhOf } from "../fixed-point-functions.ts";
import { sigmoidalInt8 } from "../sigmoidal-int8.ts";
import type { Numerics, Step } from "../step.ts";

/** The output has scale 1/128 and zero point 0. */
export function tanhInt8(op: OpOf<"tanh">, graph: Graph, numerics: Numerics): Step {
  return sigmoidalInt8(op, graph, numerics, {
    f: tanhOf,
    real: Math.tanh,
    outputBits: 7,
    zeroPoint: 0,
  });
}
