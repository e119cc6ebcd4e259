import type { Graph, OpOf } from "@smidgen/graph";
import { realLookupInt8 } from "../real-lookup-int8.ts";
import { roundHalfAwayFromZero } from "../rounding.ts";
import type { Step } from "../step.ts";

const { exp, fround } = Math;

/** Source: `CalculateOpData`, tensorflow/lite/micro/kernels/elu.cc. */
export function eluInt8(op: OpOf<"elu">, graph: Graph): Step {
  return realLookupInt8(op, graph, (x) => (x < 0 ? fround(exp(x)) - 1 : x), roundHalfAwayFromZero);
}
