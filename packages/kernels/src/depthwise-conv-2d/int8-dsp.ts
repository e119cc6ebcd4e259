import type { Packed } from "../c-twin.ts";
import { conv2dInt8Dsp } from "../conv-2d/int8-dsp.ts";
import { depthwiseAsConv } from "./int8-twin.ts";
import type { DepthwiseConv2dInt8Params } from "./int8.ts";

/** Of a single input channel it is a convolution: `conv_2d_int8_dsp.h`. */
export function depthwiseConv2dInt8AsConvDsp(
  params: DepthwiseConv2dInt8Params,
): Packed | undefined {
  return params.inputChannels === 1 ? conv2dInt8Dsp(depthwiseAsConv(params)) : undefined;
}
