import type { DepthwiseConv2dGeometry } from "./depthwise-conv-2d.ts";

type Params = DepthwiseConv2dGeometry & {
  readonly filter: Int8Array; // [filterHeight, filterWidth, outputChannels]
};

/** As `WindowSum` says. */
export function depthwiseConv2dWindowSum(
  params: Params,
  input: Int8Array | Int16Array,
  inputOffset: number,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  channel: number,
): number {
  const { inputWidth, inputChannels, outputChannels, filterWidth, depthMultiplier } = params;
  const { dilationHeight, dilationWidth, filter } = params;
  const inputChannel = (channel / depthMultiplier) | 0;
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    let weight = (y * filterWidth + left) * outputChannels + channel;
    let cell =
      origin +
      (y * dilationHeight * inputWidth + left * dilationWidth) * inputChannels +
      inputChannel;
    for (let x = left; x < right; x++) {
      sum += filter[weight]! * (input[cell]! + inputOffset);
      weight += outputChannels;
      cell += dilationWidth * inputChannels;
    }
  }
  return sum;
}
