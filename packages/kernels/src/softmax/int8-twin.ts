import type { CRecord, Packed } from "../c-twin.ts";
import { type DifferenceScale, differenceBits, sumBits } from "../difference-powers.ts";
import { scale, shiftRight } from "../fixed-point.ts";
import { expOfNegative } from "../fixed-point-functions.ts";
import type { SoftmaxInt8Params } from "./int8.ts";

export function softmaxInt8Twin(params: SoftmaxInt8Params): Packed {
  const { rows, depth } = params;
  return { params: { rows, depth, ...packPowers(params) } };
}

/**
 * A table of e^x for each difference to the largest value, 0, −1 and so on.
 *
 * Powers that vanish from the sum vanish from every result that has no more bits than it, so the table ends before them.
 */
export function packPowers({ multiplier, shift, differenceMin }: DifferenceScale): CRecord {
  const powers: number[] = [];
  for (let difference = 0; difference > -256 && difference >= differenceMin; difference--) {
    const power = expOfNegative(scale(difference, multiplier, shift), differenceBits);
    if (shiftRight(power, sumBits) === 0) break;
    powers.push(power);
  }
  return { powers_count: powers.length, powers: Int32Array.from(powers) };
}
