import { averagePool2dTwin, maxPool2dTwin } from "./pool-twins.ts";
import type { CTwinRow, Packed } from "./c-twin.ts";
import { conv2dInt8Dsp } from "./conv-2d/int8-dsp.ts";
import { conv2dInt8Twin } from "./conv-2d/int8-twin.ts";
import { depthwiseConv2dInt8AsConvDsp } from "./depthwise-conv-2d/int8-dsp.ts";
import {
  depthwiseConv2dInt8AsConv,
  depthwiseConv2dInt8Twin,
} from "./depthwise-conv-2d/int8-twin.ts";
import { fullyConnectedInt8Dsp } from "./fully-connected/int8-dsp.ts";
import { fullyConnectedInt8Twin } from "./fully-connected/int8-twin.ts";
import { softmaxInt8Twin } from "./softmax/int8-twin.ts";
import type { KernelParams } from "./step.ts";

/** The fields of `Step.params` as they are, in snake_case. */
const asItIs = (params: KernelParams): Packed => ({
  params: Object.fromEntries(
    Object.entries(params).map(([field, value]) => [snakeCase(field), value]),
  ),
});

/** The ways to compute each kernel in C, by `Step.kernel`; the best one first. */
export const cTwins: Readonly<Record<string, readonly CTwinRow[]>> = {
  average_pool_2d_int8: [
    { header: "average-pool-2d/average_pool_2d_int8.h", pack: averagePool2dTwin },
  ],
  conv_2d_int8: [
    { needs: "dsp", header: "conv-2d/conv_2d_int8_dsp.h", pack: conv2dInt8Dsp },
    { header: "conv-2d/conv_2d_int8.h", pack: conv2dInt8Twin },
  ],
  copy: [{ header: "reshape/copy.h", pack: asItIs }],
  depthwise_conv_2d_int8: [
    { needs: "dsp", header: "conv-2d/conv_2d_int8_dsp.h", pack: depthwiseConv2dInt8AsConvDsp },
    { header: "depthwise-conv-2d/depthwise_conv_2d_int8.h", pack: depthwiseConv2dInt8Twin },
    { header: "conv-2d/conv_2d_int8.h", pack: depthwiseConv2dInt8AsConv },
  ],
  fully_connected_int8: [
    {
      needs: "dsp",
      header: "fully-connected/fully_connected_int8_dsp.h",
      pack: fullyConnectedInt8Dsp,
    },
    { header: "fully-connected/fully_connected_int8.h", pack: fullyConnectedInt8Twin },
  ],
  lookup_int8: [{ header: "lookup_int8.h", pack: asItIs }],
  max_pool_2d_int8: [{ header: "max-pool-2d/max_pool_2d_int8.h", pack: maxPool2dTwin }],
  softmax_int8: [{ header: "softmax/softmax_int8.h", pack: softmaxInt8Twin }],
};

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
