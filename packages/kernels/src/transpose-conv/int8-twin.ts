import type { CRecord, Packed } from "../c-twin.ts";
import { packChannels } from "../dot-products.ts";
import type { TransposeConvInt8Params } from "./int8.ts";
import type { TransposeConvGeometry } from "./transpose-conv.ts";

export function transposeConvInt8Twin(params: TransposeConvInt8Params): Packed {
  const { filter, inputOffset } = params;
  const geometry = packTransposeConv(params);
  return {
    params: { geometry, filter, input_offset: inputOffset, channels: packChannels(params) },
  };
}

/** `struct smg_transpose_conv` in transpose-conv.h. */
export function packTransposeConv(params: TransposeConvGeometry): CRecord {
  return {
    batches: params.batches,
    input_height: params.inputHeight,
    input_width: params.inputWidth,
    input_channels: params.inputChannels,
    output_height: params.outputHeight,
    output_width: params.outputWidth,
    output_channels: params.outputChannels,
    filter_height: params.filterHeight,
    filter_width: params.filterWidth,
    stride_height: params.strideHeight,
    stride_width: params.strideWidth,
    padding_top: params.paddingTop,
    padding_left: params.paddingLeft,
  };
}
