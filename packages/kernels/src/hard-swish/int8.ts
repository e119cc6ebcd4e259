import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { shiftRight, toFixedPoint } from "../fixed-point.ts";
import { lookupInt8 } from "../lookup.ts";
import { perTensorOf, requireSupported, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import type { Step } from "../step.ts";

const { fround } = Math;

/** Bits that an input is shifted left by, so that 16 bits are used well. */
const headroomBits = 7;

/**
 * In 16-bit fixed point, for each of the 256 inputs: x on the output's scale times a factor from 0 to 1.
 *
 * Source: `HardSwishPrepare`, tensorflow/lite/micro/kernels/hard_swish_common.cc, and `HardSwish`,
 * tensorflow/lite/kernels/internal/reference/hard_swish.h.
 */
export function hardSwishInt8(op: OpOf<"hard-swish">, graph: Graph): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const to = perTensorOf(tensorOfType(graph, op.outputs[0], "output", "int8"), "output");
  const highScale = fround(from.scale / 2 ** headroomBits);
  const outputFixed = toShortFixedPoint(fround(highScale / to.scale));
  // 3.0 becomes 2¹⁵.
  const factorFixed = toShortFixedPoint(fround(highScale / fround(3 / 32_768)));
  requireSupported(
    outputFixed.shift <= 0 && outputFixed.shift > -16,
    `scales ${from.scale} of the input and ${to.scale} of the output differ too much; their quotient must be from 2⁻⁸ to below 2⁷`,
  );
  requireSupported(
    factorFixed.shift > -16 && factorFixed.shift <= 31,
    `input scale ${from.scale} is not from 2⁻²¹ to 2²⁴`,
  );
  return lookupInt8(op, graph, (stored) => {
    const high = (stored - from.zeroPoint) << headroomBits;
    const unshifted = highMultiplyShort(high, outputFixed.multiplier);
    const factor = (symmetricFactor(high, factorFixed) + 2 ** 15) >> 1;
    const product = Math.trunc((factor * unshifted) / 2 ** 15);
    return shiftRight(product, -outputFixed.shift) + to.zeroPoint;
  });
}

interface ShortFixedPoint {
  /** int16 */
  readonly multiplier: number;
  readonly shift: number;
}

/** A third of x in Q0.15, limited to −1 and below 1: what the factor is before it is halved and moved up. */
function symmetricFactor(high: number, { multiplier, shift }: ShortFixedPoint): number {
  if (shift <= 0) return shiftRight(highMultiplyShort(high, multiplier), -shift);
  // The last bit is shifted after the multiplication, so that only it saturates what counts.
  const shifted = toInt16(high * 2 ** (shift - 1));
  return toInt16(highMultiplyShort(shifted, multiplier) * 2);
}

/** Source: `DownScaleInt32ToInt16Multiplier`, tensorflow/lite/kernels/internal/common.h. */
function toShortFixedPoint(real: number): ShortFixedPoint {
  const { multiplier, shift } = toFixedPoint(real);
  return { multiplier: Math.min((multiplier + 2 ** 15) / 2 ** 16, 2 ** 15 - 1) | 0, shift };
}

/** The product of two fractions in Q0.15, rounded half up. Source: `SaturatingRoundingDoublingHighMul`, gemmlowp. */
function highMultiplyShort(a: number, b: number): number {
  return (a * b + 2 ** 14) >> 15;
}

/** The nearest int16. */
function toInt16(x: number): number {
  return clamp(x, -(2 ** 15), 2 ** 15 - 1);
}
