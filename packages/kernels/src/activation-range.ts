import { type Activation, elementTypes, type Tensor } from "@smidgen/graph";
import { perTensorOf, type RangeActivation, requireRangeActivation } from "./requirements.ts";
import { roundHalfAwayFromZero } from "./rounding.ts";

/** What an operator's result is limited to before it is stored. */
export type ActivationRange = { readonly activationMin: number; readonly activationMax: number };

const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

const realRanges: { readonly [A in RangeActivation]: readonly [min: number, max: number] } = {
  none: [-Infinity, Infinity],
  relu: [0, Infinity],
  "relu-n1-to-1": [-1, 1],
  relu6: [0, 6],
};

/**
 * The range of a float32 result, finite.
 *
 * Source: `CalculateActivationRange`, tensorflow/lite/kernels/kernel_util.h.
 */
export function float32ActivationRange(activation: Activation): ActivationRange {
  requireRangeActivation(activation);
  const [min, max] = realRanges[activation];
  return {
    activationMin: Math.max(min, -largestFloat32),
    activationMax: Math.min(max, largestFloat32),
  };
}

/**
 * The range of a quantized result, in stored integers.
 *
 * Source: `CalculateActivationRangeQuantized`, tensorflow/lite/kernels/kernel_util.cc.
 */
export function quantizedActivationRange(activation: Activation, output: Tensor): ActivationRange {
  requireRangeActivation(activation);
  const { scale, zeroPoint } = perTensorOf(output, "output");
  const [lowest, highest] = storedRange(output);
  const [min, max] = realRanges[activation];
  const stored = (real: number) => zeroPoint + roundHalfAwayFromZero(Math.fround(real / scale));
  return {
    activationMin: Math.max(lowest, stored(min)),
    activationMax: Math.min(highest, stored(max)),
  };
}

/** Smallest and largest integer that a tensor's elements can hold. */
export function storedRange({ type }: Tensor): readonly [min: number, max: number] {
  const { range } = elementTypes[type];
  if (range === undefined) throw new Error(`${type} does not hold quantized values`);
  return range;
}
