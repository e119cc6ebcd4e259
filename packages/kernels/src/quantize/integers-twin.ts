import { inSnakeCase } from "../as-it-is.ts";
import type { Packed } from "../c-twin.ts";
import { clamp } from "../rounding.ts";
import type { RequantizeParams } from "./integers.ts";

/** The range is the one before the zero point is added, as far as int32 has it. */
export function packRequantize(params: RequantizeParams): Packed {
  const { min, max, outputZeroPoint } = params;
  const toInt32 = (x: number) => clamp(x, -(2 ** 31), 2 ** 31 - 1);
  return {
    params: {
      ...inSnakeCase({ ...params }),
      min: toInt32(min - outputZeroPoint),
      max: toInt32(max - outputZeroPoint),
    },
  };
}
