import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { largestOf, powersTable, sumByTable } from "../difference-powers.ts";
import { perTensorOf, requireOutputQuantization, tensorOfType } from "../requirements.ts";
import { roundHalfAwayFromZero } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";

const { fround } = Math;

type Params = RowGeometry & {
  /** e^−x for each difference to the largest stored integer. */
  readonly powers: Float32Array; // [256]
};

/**
 * int8 softmax in float32 with a table of powers, as processors with fast floats compute it.
 *
 * Source: `Softmax`, tensorflow/lite/kernels/internal/optimized/optimized_ops.h.
 */
export function softmaxInt8Single(op: OpOf<"softmax">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "int8");
  requireOutputQuantization(output, 1 / 256, -128);
  const scale = fround(perTensorOf(input, "input").scale * fround(op.options.beta));
  return makeStep({
    kernel: "softmax_int8_single",
    run: runSoftmaxInt8Single,
    params: {
      ...rowGeometry(op, graph),
      powers: powersTable(scale),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runSoftmaxInt8Single(params: Params, input: Int8Array, output: Int8Array): void {
  const { rows, depth, powers } = params;
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    const largest = largestOf(input, start, end);
    const sum = sumByTable(powers, input, start, end, largest);
    const inverse = fround(1 / fround(sum / 256));
    for (let i = start; i < end; i++) {
      const probability = fround(powers[largest - input[i]!]! * inverse);
      output[i] = Math.min(roundHalfAwayFromZero(probability) - 128, 127);
    }
  }
}
