import type { ActivationRange } from "./activation-range.ts";
import type { ChannelRequantization } from "./requantization.ts";

/** How sums of products become int8. */
export type SumsToInt8 = ChannelRequantization &
  ActivationRange & {
    readonly bias: Int32Array;
    readonly outputZeroPoint: number;
  };

/** `struct smg_dsp_requantization` in dsp.h. */
// A type alias, since an interface would not be a `CRecord`.
export type DspRequantization = {
  readonly twice_bias: Int32Array; // [outputs]
  readonly multiplier: Int32Array; // [outputs]
  readonly shift: Int8Array; // [outputs], to the right
  readonly twice_zero_point_plus_1: number;
  readonly activation_min: number;
  readonly activation_max: number;
};

/** The smallest and largest sum that inputs can make, without the bias. */
export interface SumRange {
  readonly min: number;
  readonly max: number;
}

/**
 * Doubles the bias and turns shifts to the right. Undefined if the arithmetic of dsp.h would not be exact.
 *
 * ranges: of each output's sum of products.
 */
export function packDspRequantization(
  { bias, multiplier, shift, singleRounding, ...params }: SumsToInt8,
  ranges: readonly SumRange[],
): DspRequantization | undefined {
  // Larger sums would not leave room for doubling, and larger shifts none for the zero point.
  const isExact = ranges.every(
    ({ min, max }, i) => bias[i]! + min >= -sumLimit && bias[i]! + max <= sumLimit,
  );
  if (!isExact || singleRounding !== 0) return undefined;
  if (shift.some((bits) => bits > 0 || bits < -largestShift)) return undefined;
  return {
    twice_bias: bias.map((value) => 2 * value),
    multiplier,
    shift: shift.map((bits) => 0 - bits),
    twice_zero_point_plus_1: 2 * params.outputZeroPoint + 1,
    activation_min: params.activationMin,
    activation_max: params.activationMax,
  };
}

const sumLimit = 2 ** 29;
const largestShift = 20;

/** Of `Σ weight · x` with each x of int8, or from `xMin` to `xMax`. */
export function sumRange(weights: Iterable<number>, xMin = -128, xMax = 127): SumRange {
  let min = 0;
  let max = 0;
  for (const weight of weights) {
    min += Math.min(weight * xMin, weight * xMax);
    max += Math.max(weight * xMin, weight * xMax);
  }
  return { min, max };
}

/** Whether a sum of products that is kept times 256 in an int32 is exact. */
export function has24Bits({ min, max }: SumRange): boolean {
  return min >= -(2 ** 23) && max < 2 ** 23;
}
