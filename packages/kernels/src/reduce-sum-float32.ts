import type { Graph } from "@smidgen/graph";
import { type ReductionGeometry, reductionGeometry, type ReductionOp } from "./reduction.ts";
import { tensorOfType } from "./requirements.ts";
import { makeStep, type Step } from "./step.ts";

const { fround } = Math;

type Params = ReductionGeometry & { readonly divisor: number };

/**
 * Sums along some dimensions, divided by a number. Every sum is rounded to float32, in the order of the reference.
 *
 * Source: `ReduceGeneric` and `Mean`, tensorflow/lite/kernels/internal/reference/reduce.h.
 * C twin: reduce_sum_float32.h.
 */
export function reduceSumFloat32(op: ReductionOp, graph: Graph, divisor: number): Step {
  tensorOfType(graph, op.outputs[0], "output", "float32");
  return makeStep({
    kernel: "reduce_sum_float32",
    run: runReduceSumFloat32,
    params: { ...reductionGeometry(op, graph), divisor },
    reads: [op.inputs[0]],
    writes: op.outputs,
  });
}

function runReduceSumFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const { keptExtents, keptSteps, reducedExtents, reducedSteps, divisor } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const start = i * keptSteps[0]! + j * keptSteps[1]!;
      let sum = 0;
      for (let k = 0; k < reducedExtents[0]!; k++) {
        let element = start + k * reducedSteps[0]!;
        for (let l = 0; l < reducedExtents[1]!; l++) {
          sum = fround(sum + input[element]!);
          element += reducedSteps[1]!;
        }
      }
      output[next++] = sum / divisor;
    }
  }
}
