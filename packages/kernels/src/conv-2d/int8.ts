import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type Int8Filter, int8Filter } from "../filter-operands.ts";
import { scale } from "../fixed-point.ts";
import { requantize } from "../requantization.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { forEachWindow } from "../window.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";

export type Conv2dInt8Params = Conv2dGeometry & Int8Filter;

/**
 * int8 convolution with a scale for each output channel, or one for all. Weights are int8, or int4 in a byte each.
 *
 * LiteRT leaves groups of int4 to its own kernel, which rounds twice.
 *
 * Source: `ConvPerChannel`, tensorflow/lite/kernels/internal/reference/integer_ops/conv.h.
 */
export function conv2dInt8(op: OpOf<"conv-2d">, graph: Graph, { rounding }: Numerics): Step {
  const { geometry, operands } = conv2dLayer(op, graph);
  const isForXnnpack = tensorOf(graph, operands.filter).type === "int8" || geometry.groups === 1;
  const profile = isForXnnpack ? rounding : "double";
  return makeStep({
    kernel: "conv_2d_int8",
    run: runConv2dInt8,
    params: { ...geometry, ...int8Filter(graph, operands, profile, ["int8", "int4"]) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runConv2dInt8(params: Conv2dInt8Params, input: Int8Array, output: Int8Array): void {
  forEachWindow(convolveRow, params, input, output);
}

function convolveRow(
  params: Conv2dInt8Params,
  input: Int8Array,
  output: Int8Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
  count: number,
): void {
  const { inputWidth, inputChannels, outputChannels, strideWidth } = params;
  const { filterHeight, filterWidth, groups } = params;
  const { dilationHeight, dilationWidth, filterDepth, channelsPerGroup, filter, bias } = params;
  const { multiplier, shift, singleRounding: single, inputOffset, outputZeroPoint } = params;
  const { activationMin: min, activationMax: max } = params;
  const filterSize = filterHeight * filterWidth * filterDepth;
  const inputStep = strideWidth * inputChannels;
  // Cells of a row that lie side by side in the input are one run.
  const isRun = dilationWidth === 1 && filterDepth === inputChannels;
  const runs = isRun ? 1 : right - left;
  const runLength = isRun ? (right - left) * filterDepth : filterDepth;
  // How far it is from the end of one run or row to the beginning of the next.
  const runGap = dilationWidth * inputChannels - runLength;
  const rowGap = (dilationHeight * inputWidth - runs * dilationWidth) * inputChannels;
  const filterRowGap = (filterWidth - (right - left)) * filterDepth;

  for (let i = 0; i < count; i++) {
    for (let group = 0; group < groups; group++) {
      const first = group * channelsPerGroup;
      const last = first + channelsPerGroup - 1;
      for (let channel0 = first; channel0 <= last; channel0 += 4) {
        // Four channels share each input value. Where a group ends earlier, its last one is computed again.
        const channel1 = Math.min(channel0 + 1, last);
        const channel2 = Math.min(channel0 + 2, last);
        const channel3 = Math.min(channel0 + 3, last);
        const to1 = (channel1 - channel0) * filterSize;
        const to2 = (channel2 - channel0) * filterSize;
        const to3 = (channel3 - channel0) * filterSize;
        let sum0 = bias[channel0]!;
        let sum1 = bias[channel1]!;
        let sum2 = bias[channel2]!;
        let sum3 = bias[channel3]!;
        let weight = channel0 * filterSize + (top * filterWidth + left) * filterDepth;
        let cell =
          origin +
          (top * dilationHeight * inputWidth + left * dilationWidth) * inputChannels +
          group * filterDepth;
        for (let y = top; y < bottom; y++) {
          for (let run = 0; run < runs; run++) {
            for (const end = cell + runLength; cell < end; cell++) {
              const value = input[cell]! + inputOffset;
              sum0 = (sum0 + filter[weight]! * value) | 0;
              sum1 = (sum1 + filter[weight + to1]! * value) | 0;
              sum2 = (sum2 + filter[weight + to2]! * value) | 0;
              sum3 = (sum3 + filter[weight + to3]! * value) | 0;
              weight++;
            }
            cell += runGap;
          }
          cell += rowGap;
          weight += filterRowGap;
        }
        // Both ways to round, four times each, would be too much to be compiled into this loop.
        if (single === 0) {
          sum0 = scale(sum0, multiplier[channel0]!, shift[channel0]!);
          sum1 = scale(sum1, multiplier[channel1]!, shift[channel1]!);
          sum2 = scale(sum2, multiplier[channel2]!, shift[channel2]!);
          sum3 = scale(sum3, multiplier[channel3]!, shift[channel3]!);
        } else {
          sum0 = requantize(sum0, multiplier[channel0]!, shift[channel0]!, single);
          sum1 = requantize(sum1, multiplier[channel1]!, shift[channel1]!, single);
          sum2 = requantize(sum2, multiplier[channel2]!, shift[channel2]!, single);
          sum3 = requantize(sum3, multiplier[channel3]!, shift[channel3]!, single);
        }
        output[outputStart + channel0] = clamp(sum0 + outputZeroPoint, min, max);
        output[outputStart + channel1] = clamp(sum1 + outputZeroPoint, min, max);
        output[outputStart + channel2] = clamp(sum2 + outputZeroPoint, min, max);
        output[outputStart + channel3] = clamp(sum3 + outputZeroPoint, min, max);
      }
    }
    origin += inputStep;
    outputStart += outputChannels;
  }
}
