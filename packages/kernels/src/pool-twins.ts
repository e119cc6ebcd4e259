import type { ActivationRange } from "./activation-range.ts";
import type { CRecord, Packed } from "./c-twin.ts";
import type { WindowParams } from "./window.ts";

export type PoolParams = WindowParams & ActivationRange;

export function maxPool2dTwin(params: PoolParams): Packed {
  const { activationMin, activationMax } = params;
  return {
    params: {
      window: packWindow(params),
      activation_min: activationMin,
      activation_max: activationMax,
    },
  };
}

export const averagePool2dTwin = maxPool2dTwin;

/** `struct smg_window` in window.h. */
export function packWindow(params: WindowParams): CRecord {
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
