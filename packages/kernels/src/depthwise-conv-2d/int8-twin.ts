import type { Packed } from "../c-twin.ts";
import { conv2dInt8Twin } from "../conv-2d/int8-twin.ts";
import type { DepthwiseConv2dInt8Params } from "./int8.ts";

/** A convolution with a group for each input channel. */
export function depthwiseConv2dInt8AsConv(params: DepthwiseConv2dInt8Params): Packed {
  const { inputChannels, outputChannels, depthMultiplier, filter } = params;
  const cells = params.filterHeight * params.filterWidth;
  const rows = new Int8Array(filter.length); // [outputChannels, filterHeight, filterWidth]
  for (let cell = 0; cell < cells; cell++) {
    for (let channel = 0; channel < outputChannels; channel++) {
      rows[channel * cells + cell] = filter[cell * outputChannels + channel]!;
    }
  }
  return conv2dInt8Twin({
    ...params,
    filter: rows,
    filterDepth: 1,
    groups: inputChannels,
    channelsPerGroup: depthMultiplier,
  });
}
