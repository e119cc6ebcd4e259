import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { lookupInt8 } from "../lookup.ts";
import { perTensorOf, requireSameQuantization } from "../requirements.ts";
import { clamp, roundHalfAwayFromZero } from "../rounding.ts";
import type { Step } from "../step.ts";

/**
 * Cuts off below 0 and above 6, without rescaling.
 *
 * Source: `Relu6Prepare` and `Relu6Quantized`, tensorflow/lite/micro/kernels/activations_common.cc and activations.h.
 */
export function relu6Int8(op: OpOf<"relu6">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  requireSameQuantization(input, tensorOf(graph, op.outputs[0]));
  const { scale, zeroPoint } = perTensorOf(input, "input");
  const six = zeroPoint + roundHalfAwayFromZero(Math.fround(6 / scale));
  return lookupInt8(op, graph, (stored) => clamp(stored, zeroPoint, six));
}
