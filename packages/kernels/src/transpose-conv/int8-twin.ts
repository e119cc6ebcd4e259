import type { CRecord, Packed } from "../c-twin.ts";
import { packChannels } from "../dot-products.ts";
import { packWindow } from "../window-twin.ts";
import type { TransposeConvInt8Params } from "./int8.ts";
import type { TransposeConvGeometry } from "./transpose-conv.ts";

export function transposeConvInt8Twin(params: TransposeConvInt8Params): Packed {
  const { filter, inputOffset } = params;
  const geometry = packTransposeConv(params);
  return {
    params: { ...geometry, filter, input_offset: inputOffset, channels: packChannels(params) },
  };
}

/** The fields that the structs of transposed convolutions begin with. */
export function packTransposeConv(params: TransposeConvGeometry): CRecord {
  return { window: packWindow(params), output_channels: params.outputChannels };
}
