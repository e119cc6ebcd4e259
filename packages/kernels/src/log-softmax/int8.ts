import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import {
  differenceBits,
  differenceScale,
  type DifferenceScale,
  largestOf,
  sumOfPowers,
} from "../difference-powers.ts";
import { scale, shiftRight, toFixedPoint } from "../fixed-point.ts";
import { logarithm } from "../fixed-point-roots.ts";
import {
  perTensorOf,
  requireOutputQuantization,
  requireSupported,
  tensorOfType,
} from "../requirements.ts";
import { type RowGeometry, rowGeometry } from "../row-geometry.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { logSoftmaxInt8Single } from "./int8-single.ts";

export type LogSoftmaxInt8Params = RowGeometry &
  DifferenceScale & {
    /** The inverse: from Q5.26 to stored differences. */
    readonly inverseMultiplier: number;
    readonly inverseShift: number;
  };

const outputBits = 4;

/**
 * int8 log-softmax in fixed point; the output has scale 1/16 and zero point 127.
 *
 * Source: `LogSoftmaxQuantized`, tensorflow/lite/kernels/internal/reference/log_softmax.h, and `CalculateOpData`,
 * tensorflow/lite/micro/kernels/log_softmax.cc. C twin: log_softmax_int8.h.
 */
export function logSoftmaxInt8(
  op: OpOf<"log-softmax">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "int8");
  requireOutputQuantization(output, 1 / 16, 127);
  if (rounding === "single") return logSoftmaxInt8Single(op, graph);
  return makeStep({
    kernel: "log_softmax_int8",
    run: runLogSoftmaxInt8,
    params: { ...rowGeometry(op, graph), ...differenceScales(perTensorOf(input, "input").scale) },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runLogSoftmaxInt8(
  params: LogSoftmaxInt8Params,
  input: Int8Array,
  output: Int8Array,
): void {
  const { rows, depth, multiplier, shift, differenceMin } = params;
  const { inverseMultiplier, inverseShift } = params;
  for (let row = 0; row < rows; row++) {
    const start = row * depth;
    const end = start + depth;
    const largest = largestOf(input, start, end);
    const sum = sumOfPowers(params, input, start, end, largest); // Q12.19
    const logOfSum = logarithm(sum); // Q5.26

    // Below this, difference − logOfSum does not fit in Q5.26.
    const representable = scale((logOfSum - 2 ** 31) | 0, inverseMultiplier, inverseShift);
    const lowest = Math.max(differenceMin - 1, representable);
    for (let i = start; i < end; i++) {
      const difference = input[i]! - largest;
      if (difference <= lowest) {
        output[i] = -128;
        continue;
      }
      const logOfProbability = (scale(difference, multiplier, shift) - logOfSum) | 0;
      const stored = shiftRight(logOfProbability, 31 - differenceBits - outputBits) + 127;
      output[i] = clamp(stored, -128, 127);
    }
  }
}

function differenceScales(inputScale: number): Omit<LogSoftmaxInt8Params, keyof RowGeometry> {
  const { multiplier, shift, differenceMin } = differenceScale(inputScale);
  const inverse = 2 ** (31 - shift) / multiplier;
  requireSupported(
    inputScale * 2 ** (31 - differenceBits) > 1 && inverse < 1,
    `input scale ${inputScale} is 2⁻²⁶ or less`,
  );
  const fixedInverse = toFixedPoint(inverse);
  return {
    multiplier,
    shift,
    inverseMultiplier: fixedInverse.multiplier,
    inverseShift: fixedInverse.shift,
    differenceMin,
  };
}
