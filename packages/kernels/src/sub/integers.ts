import type { Graph, OpOf } from "@smidgen/graph";
import { integerSum } from "../integer-sum.ts";
import { canSumSingle, integerSumSingle } from "../integer-sum-single.ts";
import type { Numerics, Step } from "../step.ts";

/** Unlike in addition, quotients of scales are float32. Source: `CalculateOpDataSub`, tensorflow/lite/micro/kernels/sub_common.cc. */
export function subIntegers(op: OpOf<"sub">, graph: Graph, { rounding }: Numerics): Step {
  if (rounding === "single" && canSumSingle(op, graph)) return integerSumSingle(op, graph, -1);
  return integerSum(op, graph, { bSign: -1, quotient: (a, b) => Math.fround(a / b) });
}
