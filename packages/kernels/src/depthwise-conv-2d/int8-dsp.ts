import type { Packed } from "../c-twin.ts";
import { conv2dInt8Dsp } from "../conv-2d/int8-dsp.ts";
import {
  has24Bits,
  packDspRequantization,
  settleConstants,
  sumRange,
} from "../dsp-requantization.ts";
import { wordOf } from "../dsp-words.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { packDilatedWindow } from "../window-twin.ts";
import { depthwiseAsConv } from "./int8-twin.ts";
import type { DepthwiseConv2dInt8Params } from "./int8.ts";

/** Of a single input channel it is a convolution: `conv_2d_int8_dsp.h`. */
export function depthwiseConv2dInt8AsConvDsp(
  params: DepthwiseConv2dInt8Params,
): Packed | undefined {
  return params.inputChannels === 1 ? conv2dInt8Dsp(depthwiseAsConv(params)) : undefined;
}

/**
 * For `depthwise_conv_2d_int8_dsp.h`: weights of four channels in a word.
 *
 * Undefined for channels that are not a multiple of 4, for several outputs of one input, and if a sum may need more than 24 bits.
 */
export function depthwiseConv2dInt8Dsp(params: DepthwiseConv2dInt8Params): Packed | undefined {
  const { inputChannels: channels, filterHeight, filterWidth } = params;
  if (params.depthMultiplier !== 1 || channels % 4 !== 0) return undefined;
  const inputZeroPoint = 0 - params.inputOffset;
  const { filter } = depthwiseAsConv(params); // [channels, filterHeight, filterWidth]
  const cells = filterHeight * filterWidth;
  const { params: settled, rows } = settleConstants(
    { ...params, bias: foldZeroPoint(params.bias, filter, inputZeroPoint) },
    Array.from({ length: channels }, (_, channel) =>
      filter.subarray(channel * cells, (channel + 1) * cells),
    ),
  );
  const ranges = rows.map((row) => sumRange(row));
  const requantization = packDspRequantization(settled, ranges);
  if (requantization === undefined || !ranges.every(has24Bits)) return undefined;
  return {
    params: {
      ...packDilatedWindow(params),
      padding: new Int8Array(channels).fill(inputZeroPoint),
      weights: packWeights(rows),
      requantization,
    },
    // Of 64 bits each, if a test runs on a machine that has such pointers.
    scratchBytes: cells * 8,
  };
}

/** [channels][cells] → [channels / 4][cells] */
function packWeights(rows: readonly Int8Array[]): Int32Array {
  const packed: number[] = [];
  for (let first = 0; first < rows.length; first += 4) {
    const four = rows.slice(first, first + 4);
    for (const cell of rows[0]!.keys()) packed.push(wordOf(four.map((row) => row[cell]!)));
  }
  return Int32Array.from(packed);
}
