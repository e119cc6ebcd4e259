import type { Graph, OpOf } from "@smidgen/graph";
import { integerSum } from "../integer-sum.ts";
import { canSumSingle, integerSumSingle } from "../integer-sum-single.ts";
import type { Numerics, Step } from "../step.ts";

/** Source: `CalculateOpDataAdd`, tensorflow/lite/micro/kernels/add_common.cc. */
export function addIntegers(op: OpOf<"add">, graph: Graph, { rounding }: Numerics): Step {
  if (rounding === "single" && canSumSingle(op, graph)) return integerSumSingle(op, graph, 1);
  return integerSum(op, graph, { bSign: 1, quotient: (a, b) => a / b });
}
