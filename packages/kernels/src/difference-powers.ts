import { scale, shiftRight, toFixedPoint } from "./fixed-point.ts";
import { expOfNegative } from "./fixed-point-functions.ts";

const { fround } = Math;

/** From differences between stored integers to Q5.26, whose powers softmax and log-softmax add up. */
export type DifferenceScale = {
  readonly multiplier: number;
  readonly shift: number;
  /** Differences to the largest value below this one count as e^−∞. */
  readonly differenceMin: number;
};

/** Before the point of a difference to the largest value. */
export const differenceBits = 5;
/** Before the point of the sum of powers. */
export const sumBits = 12;

/**
 * Source: `PreprocessSoftmaxScaling`, `PreprocessLogSoftmaxScalingExp` and `CalculateInputRadius`,
 * tensorflow/lite/kernels/internal/quantization_util.cc.
 */
export function differenceScale(real: number): DifferenceScale {
  const { multiplier, shift } = toFixedPoint(
    Math.min(real * 2 ** (31 - differenceBits), 2 ** 31 - 1),
  );
  const radius = ((2 ** differenceBits - 1) * 2 ** (31 - differenceBits)) / 2 ** shift;
  return { multiplier, shift, differenceMin: -Math.floor(radius) };
}

/** The largest of a row from `start` to below `end`. */
export function largestOf(input: Int8Array, start: number, end: number): number {
  let largest = -128;
  for (let i = start; i < end; i++) largest = Math.max(largest, input[i]!);
  return largest;
}

/** `Σ e^difference` of a row in Q12.19. */
export function sumOfPowers(
  { multiplier, shift, differenceMin }: DifferenceScale,
  input: Int8Array,
  start: number,
  end: number,
  largest: number,
): number {
  let sum = 0;
  for (let i = start; i < end; i++) {
    const difference = input[i]! - largest;
    if (difference < differenceMin) continue;
    const power = expOfNegative(scale(difference, multiplier, shift), differenceBits);
    sum = (sum + shiftRight(power, sumBits)) | 0;
  }
  return sum;
}

/**
 * e^−x for each difference to the largest stored integer, in float32: [256]
 *
 * Source: `PopulateSoftmaxLookupTable`, tensorflow/lite/kernels/internal/optimized/optimized_ops.h.
 */
export function powersTable(realScale: number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, difference) =>
    Math.exp(-fround(realScale * difference)),
  );
}

/** The sum of a row's powers in such a table, every step rounded to float32. */
export function sumByTable(
  powers: Float32Array,
  input: Int8Array,
  start: number,
  end: number,
  largest: number,
): number {
  let sum = 0;
  for (let i = start; i < end; i++) sum = fround(sum + powers[largest - input[i]!]!);
  return sum;
}
