import type { ActivationRange } from "./activation-range.ts";
import { scale } from "./fixed-point.ts";
import type { ChannelRequantization } from "./requantization.ts";
import { clamp } from "./rounding.ts";

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
 * Writes outputs that no input changes as constants, where the arithmetic of dsp.h could not compute them.
 *
 * Training lets channels die: their weights have a scale of almost 0, and what is left of them is a bias, which in this
 * scale is huge. Such rows become zeros, with the bias, multiplier and shift of the value they always have.
 *
 * rows: the weights of each output, for int8 inputs.
 */
export function settleConstants<P extends SumsToInt8>(
  params: P,
  rows: readonly Int8Array[],
): { readonly params: P; readonly rows: readonly Int8Array[] } {
  const { outputZeroPoint, activationMin, activationMax } = params;
  const bias = params.bias.slice();
  const multiplier = params.multiplier.slice();
  const shift = params.shift.slice();
  const settled = rows.map((row, i) => {
    const range = sumRange(row);
    const [from, to] = [bias[i]! + range.min, bias[i]! + range.max];
    if (isInReach(from, to, shift[i]!) || shift[i]! > 0) return row;
    if (from < -(2 ** 31) || to >= 2 ** 31) return row;
    const [least, most] = [from, to].map((sum) =>
      clamp(scale(sum, multiplier[i]!, shift[i]!) + outputZeroPoint, activationMin, activationMax),
    ) as [number, number];
    if (least !== most) return row;
    bias[i] = 2 * (least - outputZeroPoint);
    multiplier[i] = 2 ** 30;
    shift[i] = 0;
    return new Int8Array(row.length);
  });
  return { params: { ...params, bias, multiplier, shift }, rows: settled };
}

/** Larger sums would not leave room for doubling, and larger shifts none for the zero point. */
function isInReach(minSum: number, maxSum: number, shift: number): boolean {
  return minSum >= -sumLimit && maxSum <= sumLimit && shift <= 0 && shift >= -largestShift;
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
  const isExact = ranges.every(({ min, max }, i) =>
    isInReach(bias[i]! + min, bias[i]! + max, shift[i]!),
  );
  if (!isExact || singleRounding !== 0) return undefined;
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
