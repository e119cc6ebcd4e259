import type { Graph, OpOf } from "@smidgen/graph";
import { integerSum } from "../integer-sum.ts";
import { canSumSingle, integerSumSingle } from "../integer-sum-single.ts";
import type { Numerics, Step } from "../step.ts";

/**
 * Unlike in addition, quotients of scales are float32 in `double` rounding; LiteRT has them in double.
 *
 * Source: `CalculateOpDataSub`, tensorflow/lite/micro/kernels/sub_common.cc; `PrepareGeneralSubOp`, tflite/kernels/sub.cc of
 * google-ai-edge/LiteRT.
 */
export function subIntegers(op: OpOf<"sub">, graph: Graph, { rounding }: Numerics): Step {
  if (rounding === "single" && canSumSingle(op, graph)) return integerSumSingle(op, graph, -1);
  const quotient = (a: number, b: number) => (rounding === "single" ? a / b : Math.fround(a / b));
  return integerSum(op, graph, { bSign: -1, quotient });
}
