import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type Int8Filter, int8Filter } from "../filter-operands.ts";
import { scale } from "../fixed-point.ts";
import { requantize } from "../requantization.ts";
import { clampSum } from "../rounding.ts";
import { shareMemory } from "../share-memory.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { forEachWindow, inRuns, placeByPlace, windowTaps } from "../window.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";

export type Conv2dInt8Params = Conv2dGeometry & Int8Filter;

type Params = Conv2dInt8Params & {
  readonly taps: Int32Array; // as `windowTaps` has them
};

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
    extras: { taps: windowTaps(geometry, geometry.filterDepth) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runConv2dInt8(params: Params, input: Int8Array, output: Int8Array): void {
  const row = shareMemory(input, output) ? convolvePlaces : convolveRow;
  forEachWindow(row, params, input, output);
}

/** Four channels along the whole row, two places at a time, which share each weight. */
function convolveRuns(
  params: Params,
  input: Int8Array,
  output: Int8Array,
  origin: number,
  firstCell: number,
  runs: number,
  runCells: number,
  outputStart: number,
  count: number,
): void {
  const { inputChannels, outputChannels, strideWidth, filterHeight, filterWidth } = params;
  const { filterDepth, groups, channelsPerGroup, taps, filter, bias } = params;
  const { multiplier, shift, singleRounding: single, inputOffset, outputZeroPoint } = params;
  const { activationMin: min, activationMax: max } = params;
  const filterSize = filterHeight * filterWidth * filterDepth;
  const toNext = strideWidth * inputChannels;
  const firstTap = firstCell * filterDepth;
  const runLength = runCells * filterDepth;
  const runGap = (filterWidth - runCells) * filterDepth;

  for (let group = 0; group < groups; group++) {
    const first = group * channelsPerGroup;
    const last = first + channelsPerGroup - 1;
    for (let channel0 = first; channel0 <= last; channel0 += 4) {
      // Four channels share each input value. Where a group ends earlier, its last one is computed again.
      const channel1 = Math.min(channel0 + 1, last);
      const channel2 = Math.min(channel0 + 2, last);
      const channel3 = Math.min(channel0 + 3, last);
      const firstWeight = channel0 * filterSize;
      const to1 = (channel1 - channel0) * filterSize;
      const to2 = (channel2 - channel0) * filterSize;
      const to3 = (channel3 - channel0) * filterSize;
      const bias0 = bias[channel0]!;
      const bias1 = bias[channel1]!;
      const bias2 = bias[channel2]!;
      const bias3 = bias[channel3]!;
      let corner = origin + group * filterDepth;
      let place = outputStart;
      for (let rest = count; rest > 0; rest -= 2) {
        let sum0 = bias0;
        let sum1 = bias1;
        let sum2 = bias2;
        let sum3 = bias3;
        let next0 = bias0;
        let next1 = bias1;
        let next2 = bias2;
        let next3 = bias3;
        let tap = firstTap;
        for (let run = 0; run < runs; run++) {
          const end = tap + runLength;
          if (rest === 1) {
            for (; tap < end; tap++) {
              const value = input[corner + taps[tap]!]! + inputOffset;
              const weight = firstWeight + tap;
              sum0 = (sum0 + filter[weight]! * value) | 0;
              sum1 = (sum1 + filter[weight + to1]! * value) | 0;
              sum2 = (sum2 + filter[weight + to2]! * value) | 0;
              sum3 = (sum3 + filter[weight + to3]! * value) | 0;
            }
          }
          for (; tap < end; tap++) {
            const cell = corner + taps[tap]!;
            const value = input[cell]! + inputOffset;
            const next = input[cell + toNext]! + inputOffset;
            const weight = firstWeight + tap;
            const weight0 = filter[weight]!;
            const weight1 = filter[weight + to1]!;
            const weight2 = filter[weight + to2]!;
            const weight3 = filter[weight + to3]!;
            sum0 = (sum0 + weight0 * value) | 0;
            sum1 = (sum1 + weight1 * value) | 0;
            sum2 = (sum2 + weight2 * value) | 0;
            sum3 = (sum3 + weight3 * value) | 0;
            next0 = (next0 + weight0 * next) | 0;
            next1 = (next1 + weight1 * next) | 0;
            next2 = (next2 + weight2 * next) | 0;
            next3 = (next3 + weight3 * next) | 0;
          }
          tap += runGap;
        }
        for (let i = Math.min(rest, 2); i > 0; i--) {
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
          output[place + channel0] = clampSum(sum0 + outputZeroPoint, min, max);
          output[place + channel1] = clampSum(sum1 + outputZeroPoint, min, max);
          output[place + channel2] = clampSum(sum2 + outputZeroPoint, min, max);
          output[place + channel3] = clampSum(sum3 + outputZeroPoint, min, max);
          place += outputChannels;
          sum0 = next0;
          sum1 = next1;
          sum2 = next2;
          sum3 = next3;
        }
        corner += 2 * toNext;
      }
    }
  }
}

const convolveRow = inRuns(convolveRuns);
const convolvePlaces = placeByPlace(convolveRow);
