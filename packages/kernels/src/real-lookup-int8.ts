import { type Graph, type Op, tensorOf } from "@smidgen/graph";
import { lookupInt8 } from "./lookup.ts";
import { perTensorOf, tensorOfType } from "./requirements.ts";
import type { Step } from "./step.ts";

const { fround } = Math;

/**
 * A function of real numbers as a table: each of the 256 inputs is made a float32, and its result an int8 again.
 *
 * `round` is what makes the quotient by the output's scale an integer. What is beyond int32 saturates, where C leaves it open.
 * Source: `PopulateLookupTable`, tensorflow/lite/micro/kernels/elu.cc, and `xnn_create_unary_elementwise_nc`,
 * xnnpack/src/operators/unary-elementwise-nc.c.
 */
export function realLookupInt8(
  op: Op,
  graph: Graph,
  f: (x: number) => number,
  round: (x: number) => number,
): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const to = perTensorOf(tensorOfType(graph, op.outputs[0], "output", "int8"), "output");
  const inverseScale = fround(1 / to.scale);
  return lookupInt8(op, graph, (stored) => {
    const y = fround(f(fround(from.scale * (stored - from.zeroPoint))));
    return Math.trunc(fround(round(fround(y * inverseScale)) + to.zeroPoint));
  });
}
