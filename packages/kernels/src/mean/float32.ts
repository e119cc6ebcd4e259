import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { makeStep, type Step } from "../step.ts";
import { type MeanGeometry, meanGeometry } from "./mean.ts";

const { fround } = Math;

type Params = MeanGeometry & {
  /** Elements per mean. */
  readonly count: number;
};

/**
 * Every sum is rounded to float32, in the order of the reference.
 *
 * Source: `Mean`, tensorflow/lite/kernels/internal/reference/reduce.h.
 */
export function meanFloat32(op: OpOf<"mean">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "float32");
  const count = elementCount(input.shape) / elementCount(output.shape);
  return makeStep({
    kernel: "mean_float32",
    run: runMeanFloat32,
    params: { ...meanGeometry(op, graph), count },
    reads: [op.inputs[0]],
    writes: op.outputs,
  });
}

function runMeanFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const { keptExtents, keptSteps, reducedExtents, reducedSteps, count } = params;
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
      output[next++] = sum / count;
    }
  }
}
