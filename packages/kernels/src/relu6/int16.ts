import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { quantizedActivationRange } from "../activation-range.ts";
import { toFixedPoint } from "../fixed-point.ts";
import { rescale } from "../quantize/integers.ts";
import { requireSameQuantization, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";

/** As of int8, in a loop. Source: `Relu6Prepare`, tensorflow/lite/micro/kernels/activations_common.cc. */
export function relu6Int16(op: OpOf<"relu6">, graph: Graph): Step {
  const output = tensorOfType(graph, op.outputs[0], "output", "int16");
  requireSameQuantization(tensorOf(graph, op.inputs[0]), output);
  const { activationMin, activationMax } = quantizedActivationRange("relu6", output);
  return rescale(op, graph, toFixedPoint(1), [activationMin, activationMax]);
}
