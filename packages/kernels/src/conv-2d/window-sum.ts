import type { Conv2dGeometry } from "./conv-2d.ts";

type Params = Conv2dGeometry & {
  readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, filterDepth]
};

/** As `WindowSum` says. */
export function conv2dWindowSum(
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
  const { inputWidth, inputChannels, filterHeight, filterWidth, filterDepth, filter } = params;
  const { dilationHeight, dilationWidth, channelsPerGroup } = params;
  const group = (channel / channelsPerGroup) | 0;
  let sum = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const weight = ((channel * filterHeight + y) * filterWidth + x) * filterDepth;
      const cell =
        origin +
        (y * dilationHeight * inputWidth + x * dilationWidth) * inputChannels +
        group * filterDepth;
      for (let i = 0; i < filterDepth; i++) {
        sum += filter[weight + i]! * (input[cell + i]! + inputOffset);
      }
    }
  }
  return sum;
}
