import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { lookupInt8 } from "../lookup.ts";
import { perTensorOf } from "../requirements.ts";
import type { Step } from "../step.ts";

/**
 * Rescales, then cuts off what is below the output's zero point.
 *
 * Source: `CalculateReluOpData` and `ReluQuantized`, tensorflow/lite/micro/kernels/activations_common.cc and
 * activations.h; the quotient of the scales is rounded to float32.
 */
export function reluInt8(op: OpOf<"relu">, graph: Graph): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const to = perTensorOf(tensorOf(graph, op.outputs[0]), "output");
  const { multiplier, shift } = toFixedPoint(Math.fround(from.scale / to.scale));
  return lookupInt8(op, graph, (stored) => {
    const rescaled = scale(stored - from.zeroPoint, multiplier, shift);
    return Math.max(to.zeroPoint, rescaled + to.zeroPoint);
  });
}
