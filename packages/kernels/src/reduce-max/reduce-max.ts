import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { requireEqualQuantization } from "../equal-quantization.ts";
import { type ReductionGeometry, reductionGeometry } from "../reduction.ts";
import { tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";

type Params = ReductionGeometry & {
  /** The smallest number of the type. */
  readonly lowest: number;
};

/**
 * The largest value along some dimensions; NaN is passed over.
 *
 * Source: `EvalMinMaxHelper`, tensorflow/lite/micro/kernels/reduce_common.cc, and `ReduceGeneric`,
 * tensorflow/lite/kernels/internal/reference/reduce.h.
 */
export function reduceMax(op: OpOf<"reduce-max">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  if (input.type === "int8") requireEqualQuantization(["input", input], ["output", output]);
  const lowest = input.type === "int8" ? -128 : -(2 - 2 ** -23) * 2 ** 127;
  return makeStep({
    kernel: `reduce_max_${input.type}`,
    run: runReduceMax,
    params: { ...reductionGeometry(op, graph), lowest },
    reads: [op.inputs[0]],
    writes: op.outputs,
  });
}

function runReduceMax(
  params: Params,
  input: Float32Array | Int8Array,
  output: Float32Array | Int8Array,
): void {
  const { keptExtents, keptSteps, reducedExtents, reducedSteps, lowest } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const start = i * keptSteps[0]! + j * keptSteps[1]!;
      let largest = lowest;
      for (let k = 0; k < reducedExtents[0]!; k++) {
        let element = start + k * reducedSteps[0]!;
        for (let l = 0; l < reducedExtents[1]!; l++) {
          const value = input[element]!;
          if (value > largest) largest = value;
          element += reducedSteps[1]!;
        }
      }
      output[next++] = largest;
    }
  }
}
