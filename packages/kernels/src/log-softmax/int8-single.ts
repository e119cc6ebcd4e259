import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { largestOf, powersTable, sumByTable } from "../difference-powers.ts";
import { perTensorOf } from "../requirements.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";
import { clampReal, roundHalfToEven } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";

const { fround } = Math;

type Params = RowGeometry & {
  readonly inputScale: number;
  /** input scale / output scale */
  readonly scaleRatio: number;
  /** e^−x for each difference to the largest stored integer. */
  readonly powers: Float32Array; // [256]
};

const outputScale = 1 / 16;
const outputZeroPoint = 127;

/**
 * int8 log-softmax in float32 with a table of powers, as processors with fast floats compute it.
 *
 * Source: `LogSoftmax`, tensorflow/lite/kernels/internal/optimized/optimized_ops.h.
 */
export function logSoftmaxInt8Single(op: OpOf<"log-softmax">, graph: Graph): Step {
  const { scale } = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  return makeStep({
    kernel: "log_softmax_int8_single",
    run: runLogSoftmaxInt8Single,
    params: {
      ...rowGeometry(op, graph),
      inputScale: scale,
      scaleRatio: fround(scale / outputScale),
      powers: powersTable(scale),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runLogSoftmaxInt8Single(params: Params, input: Int8Array, output: Int8Array): void {
  const { rows, depth, inputScale, scaleRatio, powers } = params;
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    const largest = largestOf(input, start, end);
    const sum = sumByTable(powers, input, start, end, largest);
    const logOfSum = fround(Math.log(sum));
    const offset = fround(fround(fround(inputScale * largest) + logOfSum) / outputScale);
    for (let i = start; i < end; i++) {
      const stored = fround(fround(scaleRatio * input[i]!) - offset);
      output[i] = clampReal(roundHalfToEven(stored) + outputZeroPoint, -128, 127);
    }
  }
}
