import type { ActivationRange } from "./activation-range.ts";
import type { CRecord, Packed } from "./c-twin.ts";
import type { Conv2dGeometry } from "./conv-2d/conv-2d.ts";
import type { DepthwiseConv2dGeometry } from "./depthwise-conv-2d/depthwise-conv-2d.ts";
import { channelsFirst } from "./depthwise-conv-2d/int8-twin.ts";
import type { FullyConnectedGeometry } from "./fully-connected/fully-connected.ts";
import { packWindow } from "./window-twin.ts";
import { packTransposeConv } from "./transpose-conv/int8-twin.ts";
import type { TransposeConvGeometry } from "./transpose-conv/transpose-conv.ts";
import type { WideRequantization } from "./wide-requantization.ts";
import type { WindowParams } from "./window.ts";

type WideParams = WideRequantization &
  ActivationRange & { readonly filter: Int8Array; readonly bias: BigInt64Array };

export function fullyConnectedInt16Twin(params: FullyConnectedGeometry & WideParams): Packed {
  const { batches, depth, units, filter } = params;
  return { params: { batches, depth, units, filter, channels: packWideChannels(params) } };
}

export function conv2dInt16Twin(params: Conv2dGeometry & WideParams): Packed {
  const { filterDepth, channelsPerGroup, filter } = params;
  return packConv(params, { filterDepth, channelsPerGroup, filter });
}

/** A convolution with a group for each input channel. */
export function depthwiseConv2dInt16Twin(params: DepthwiseConv2dGeometry & WideParams): Packed {
  const { depthMultiplier: channelsPerGroup, filter, outputChannels } = params;
  const rows = channelsFirst(filter, outputChannels);
  return packConv(params, { filterDepth: 1, channelsPerGroup, filter: rows });
}

export function transposeConvInt16Twin(params: TransposeConvGeometry & WideParams): Packed {
  const { filter } = params;
  const geometry = packTransposeConv(params);
  return { params: { ...geometry, filter, channels: packWideChannels(params) } };
}

function packConv(
  params: WindowParams & WideParams,
  {
    filterDepth,
    channelsPerGroup,
    filter,
  }: Pick<Conv2dGeometry, "filterDepth" | "channelsPerGroup"> & { readonly filter: Int8Array },
): Packed {
  return {
    params: {
      window: packWindow(params),
      output_channels: params.outputChannels,
      dilation_height: params.dilationHeight,
      dilation_width: params.dilationWidth,
      filter_depth: filterDepth,
      channels_per_group: channelsPerGroup,
      filter,
      channels: packWideChannels(params),
    },
  };
}

/** `struct smg_wide_channels` in wide-channels.h. Sums that wrap are those that are rounded twice. */
function packWideChannels(channels: WideParams): CRecord {
  return {
    bias: channels.bias,
    multiplier: channels.multiplier,
    shift: channels.shift,
    is_int32: channels.roundsTwice,
    activation_min: channels.activationMin,
    activation_max: channels.activationMax,
  };
}
