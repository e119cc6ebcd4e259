import type { Packed } from "../c-twin.ts";
import {
  has24Bits,
  packDspRequantization,
  settleConstants,
  sumRange,
} from "../dsp-requantization.ts";
import { halfOf, wordOfHalves } from "../dsp-words.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { packDilatedWindow } from "../window-twin.ts";
import type { Conv2dInt8Params } from "./int8.ts";

/**
 * For `conv_2d_int8_dsp.h`: weights of two output channels in a halfword, in the order of its patches.
 *
 * Undefined for groups; if a weight of −128 does not fit beside its neighbour; if a sum may need more than 24 bits.
 */
export function conv2dInt8Dsp(params: Conv2dInt8Params): Packed | undefined {
  const { filterHeight, filterWidth, filterDepth, outputChannels, filter, bias } = params;
  if (params.groups > 1) return undefined;
  const inputZeroPoint = 0 - params.inputOffset;
  const rowLength = filterWidth * filterDepth;
  const filterSize = filterHeight * rowLength;
  const { params: settled, rows } = settleConstants(
    { ...params, bias: foldZeroPoint(bias, filter, inputZeroPoint) },
    Array.from({ length: outputChannels }, (_, channel) =>
      filter.subarray(channel * filterSize, (channel + 1) * filterSize),
    ),
  );
  const ranges = rows.map((row) => sumRange(row));
  // Of two channels the second is computed in the upper 24 bits.
  if (!ranges.every((range, channel) => channel % 2 === 0 || has24Bits(range))) return undefined;
  const weights = packWeights(rows, rowLength);
  const requantization = packDspRequantization(settled, ranges);
  if (weights === undefined || requantization === undefined) return undefined;
  const rowWords = Math.ceil(rowLength / 4);
  return {
    params: {
      ...packDilatedWindow(params),
      output_channels: outputChannels,
      input_zero_point: inputZeroPoint,
      row_words: rowWords,
      weights,
      requantization,
    },
    scratchBytes: filterHeight * rowWords * 16 + rowWords * 4,
  };
}

/**
 * rows [channels][height × rowLength] → [channels / 4][height][rowLength / 4][2][2], rounded up where something remains:
 * first the words of the first and third cell, for two channels each, then those of the second and fourth.
 */
function packWeights(rows: readonly Int8Array[], rowLength: number): Int32Array | undefined {
  const packed: number[] = [];
  for (let channel = 0; channel < rows.length; channel += 4) {
    for (let start = 0; start < rows[0]!.length; start += rowLength) {
      for (let i = 0; i < rowLength; i += 4) {
        for (const first of [i, i + 1]) {
          for (const low of [channel, channel + 2]) {
            const halves = [first, first + 2].map((cell) => {
              if (cell >= rowLength) return 0;
              return halfOf(rows[low + 1]?.[start + cell] ?? 0, rows[low]?.[start + cell] ?? 0);
            });
            const [a, b] = halves;
            if (a === undefined || b === undefined) return undefined;
            packed.push(wordOfHalves(a, b));
          }
        }
      }
    }
  }
  return Int32Array.from(packed);
}
