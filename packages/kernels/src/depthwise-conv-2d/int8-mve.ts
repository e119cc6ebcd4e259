import type { Packed } from "../c-twin.ts";
import { conv2dInt8Mve } from "../conv-2d/int8-mve.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { type ArrayOf, packMveRequantization } from "../mve-requantization.ts";
import { packDilatedWindow } from "../window-twin.ts";
import { depthwiseAsConv } from "./int8-twin.ts";
import type { DepthwiseConv2dInt8Params } from "./int8.ts";

/** Of a single input channel it is a convolution: `conv_2d_int8_mve.h`. */
export function depthwiseConv2dInt8AsConvMve(
  params: DepthwiseConv2dInt8Params,
): Packed | undefined {
  return params.inputChannels === 1 ? conv2dInt8Mve(depthwiseAsConv(params)) : undefined;
}

/** For `depthwise_conv_2d_int8_mve.h`. Undefined for several outputs of one input, and if `packMveRequantization` is. */
export function depthwiseConv2dInt8Mve(params: DepthwiseConv2dInt8Params): Packed | undefined {
  const { inputChannels: channels, filterHeight, filterWidth } = params;
  if (params.depthMultiplier !== 1) return undefined;
  const inputZeroPoint = 0 - params.inputOffset;
  const { filter: rows } = depthwiseAsConv(params); // [channels, filterHeight, filterWidth]
  const requantization = packMveRequantization({
    ...params,
    bias: evenFirst(foldZeroPoint(params.bias, rows, inputZeroPoint), Int32Array),
    multiplier: evenFirst(params.multiplier, Int32Array),
    shift: evenFirst(params.shift, Int8Array),
  });
  if (requantization === undefined) return undefined;
  return {
    params: {
      ...packDilatedWindow(params),
      padding: new Int8Array(channels).fill(inputZeroPoint),
      weights: params.filter,
      requantization,
    },
    // Of 64 bits each, if a test runs on a machine that has such pointers.
    scratchBytes: filterHeight * filterWidth * 8,
  };
}

/** 0 1 2 3 4 5 6 7 → 0 2 4 6 1 3 5 7, and so on; what is missing of the last eight is as the last one. */
function evenFirst<T extends Int32Array | Int8Array>(values: T, Type: ArrayOf<T>): T {
  const length = Math.ceil(values.length / 8) * 8;
  return Type.from({ length }, (_, i) => {
    const place = i % 8;
    const from = i - place + (place < 4 ? 2 * place : 2 * place - 7);
    return values[Math.min(from, values.length - 1)]!;
  });
}
