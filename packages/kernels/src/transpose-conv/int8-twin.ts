import { inSnakeCase } from "../as-it-is.ts";
import type { Packed } from "../c-twin.ts";
import { packChannels } from "../dot-products.ts";
import type { TransposeConvInt8Params } from "./int8.ts";

export function transposeConvInt8Twin(params: TransposeConvInt8Params): Packed {
  const { filter, inputOffset, bias, multiplier, shift, ...rest } = params;
  const { outputZeroPoint, activationMin, activationMax, ...geometry } = rest;
  const channels = { bias, multiplier, shift, outputZeroPoint, activationMin, activationMax };
  return {
    params: {
      ...inSnakeCase(geometry),
      filter,
      input_offset: inputOffset,
      channels: packChannels(channels),
    },
  };
}
