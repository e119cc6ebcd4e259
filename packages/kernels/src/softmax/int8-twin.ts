import type { Packed } from "../c-twin.ts";
import { scale, shiftRight } from "../fixed-point.ts";
import { expOfNegative } from "../fixed-point-functions.ts";
import { differenceBits, type SoftmaxInt8Params, sumBits } from "./int8.ts";

/** Powers that vanish from the sum also vanish from the result, so their table ends before them. */
export function softmaxInt8Twin(params: SoftmaxInt8Params): Packed {
  const { rows, depth, multiplier, shift, differenceMin } = params;
  const powers: number[] = [];
  for (let difference = 0; difference > -256 && difference >= differenceMin; difference--) {
    const power = expOfNegative(scale(difference, multiplier, shift), differenceBits);
    if (shiftRight(power, sumBits) === 0) break;
    powers.push(power);
  }
  return {
    params: { rows, depth, powers_count: powers.length, powers: Int32Array.from(powers) },
  };
}
