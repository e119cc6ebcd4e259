import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { toFixedPoint } from "../fixed-point.ts";
import { rescale } from "../quantize/integers.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import type { Step } from "../step.ts";

/** As of int8, in a loop. Source: `CalculateReluOpData`, tensorflow/lite/micro/kernels/activations_common.cc. */
export function reluInt16(op: OpOf<"relu">, graph: Graph): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const output = tensorOfType(graph, op.outputs[0], "output", "int16");
  const to = perTensorOf(output, "output");
  const fixed = toFixedPoint(Math.fround(from.scale / to.scale));
  return rescale(op, graph, fixed, [to.zeroPoint, storedRange(output)[1]]);
}
