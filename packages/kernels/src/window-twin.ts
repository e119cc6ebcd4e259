import type { CRecord } from "./c-twin.ts";
import type { UndilatedWindow, WindowParams } from "./window.ts";

/** `struct smg_window` in window.h. */
export function packWindow(params: UndilatedWindow): CRecord {
  return {
    batches: params.batches,
    input_height: params.inputHeight,
    input_width: params.inputWidth,
    input_channels: params.inputChannels,
    output_height: params.outputHeight,
    output_width: params.outputWidth,
    filter_height: params.filterHeight,
    filter_width: params.filterWidth,
    stride_height: params.strideHeight,
    stride_width: params.strideWidth,
    padding_top: params.paddingTop,
    padding_left: params.paddingLeft,
  };
}

/** The fields that the structs of convolutions begin with, if cells of a filter may lie apart. */
export function packDilatedWindow(params: WindowParams): CRecord {
  return {
    window: packWindow(params),
    dilation_height: params.dilationHeight,
    dilation_width: params.dilationWidth,
  };
}
