import { type Graph, type Op, tensorOf } from "@smidgen/graph";
import { scale, shiftRight, splitFraction } from "./fixed-point.ts";
import { lookupInt8 } from "./lookup.ts";
import { realLookupInt8 } from "./real-lookup-int8.ts";
import { perTensorOf, requireOutputQuantization } from "./requirements.ts";
import { roundHalfAwayFromZero, roundHalfToEven } from "./rounding.ts";
import type { Numerics, Step } from "./step.ts";

const integerBits = 4;

/**
 * A function that levels off on both sides: logistic and tanh of int8.
 *
 * The input becomes Q4.27, or the limit where that would overflow; `f` gives Q0.31, of which `outputBits` are kept.
 * With single rounding `real` is computed in float32, and rounded half to even.
 *
 * Source: `Logistic` and `Tanh`, tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h and tanh.h, and
 * `CalculateArithmeticOpDataLogistic`, tensorflow/lite/micro/kernels/logistic_common.cc.
 */
export function sigmoidalInt8(
  op: Op,
  graph: Graph,
  { rounding }: Numerics,
  { f, real, outputBits, zeroPoint }: SigmoidalFunction,
): Step {
  const input = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  requireOutputQuantization(tensorOf(graph, op.outputs[0]), 2 ** -outputBits, zeroPoint);
  if (rounding === "single") return realLookupInt8(op, graph, real, roundHalfToEven);
  // Unlike `toFixedPoint` this does not carry a fraction that rounds up to 1; no float32 scale does.
  const { fraction, exponent: shift } = splitFraction(input.scale * 2 ** (31 - integerBits));
  const multiplier = roundHalfAwayFromZero(fraction * 2 ** 31);
  const radius = Math.floor(((2 ** integerBits - 1) * 2 ** (31 - integerBits)) / 2 ** shift);
  return lookupInt8(op, graph, (stored) => {
    const value = stored - input.zeroPoint;
    if (value <= -radius) return -128;
    if (value >= radius) return 127;
    const q4 = scale(value, multiplier, shift);
    return shiftRight(f(q4, integerBits), 31 - outputBits) + zeroPoint;
  });
}

export interface SigmoidalFunction {
  /** Q4.27 to Q0.31 */
  readonly f: (a: number, integerBits: number) => number;
  /** The same of real numbers. */
  readonly real: (x: number) => number;
  /** The output's scale is 2^−outputBits. */
  readonly outputBits: number;
  readonly zeroPoint: number;
}
