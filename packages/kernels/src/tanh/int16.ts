import type { Graph, OpOf } from "@smidgen/graph";
import { sigmoidalInt16 } from "../sigmoidal-int16.ts";
import type { Step } from "../step.ts";

/** `2 · logistic(2x) − 1`. The output has scale 2⁻¹⁵ and zero point 0. */
export function tanhInt16(op: OpOf<"tanh">, graph: Graph): Step {
  return sigmoidalInt16(op, graph, [0, 1], {
    fractionBits: 8,
    saturated: 0xffff << 8,
    offset: 1 << 23,
    mirror: 0,
    outputShift: 8,
  });
}
