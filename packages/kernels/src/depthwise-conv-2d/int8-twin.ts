import type { Packed } from "../c-twin.ts";
import { packChannels } from "../dot-products.ts";
import { packWindow } from "../window-twin.ts";
import { conv2dInt8Twin } from "../conv-2d/int8-twin.ts";
import type { Conv2dInt8Params } from "../conv-2d/int8.ts";
import type { DepthwiseConv2dInt8Params } from "./int8.ts";

export function depthwiseConv2dInt8AsConv(params: DepthwiseConv2dInt8Params): Packed {
  return conv2dInt8Twin(depthwiseAsConv(params));
}

/** One output channel to each input channel, without dilation. */
export function depthwiseConv2dInt8Twin(params: DepthwiseConv2dInt8Params): Packed | undefined {
  const { depthMultiplier, dilationHeight, dilationWidth, filter, inputOffset } = params;
  if (depthMultiplier !== 1 || dilationHeight !== 1 || dilationWidth !== 1) return undefined;
  return {
    params: {
      window: packWindow(params),
      filter,
      input_offset: inputOffset,
      channels: packChannels(params),
    },
  };
}

/** A convolution with a group for each input channel. */
export function depthwiseAsConv(params: DepthwiseConv2dInt8Params): Conv2dInt8Params {
  const { inputChannels, outputChannels, depthMultiplier, filter } = params;
  return {
    ...params,
    filter: channelsFirst(filter, outputChannels),
    filterDepth: 1,
    groups: inputChannels,
    channelsPerGroup: depthMultiplier,
  };
}

/** [cells, channels] → [channels, cells] */
export function channelsFirst(filter: Int8Array, channels: number): Int8Array {
  const cells = filter.length / channels;
  return Int8Array.from(
    filter,
    (_, i) => filter[(i % cells) * channels + Math.floor(i / cells)] as number,
  );
}
