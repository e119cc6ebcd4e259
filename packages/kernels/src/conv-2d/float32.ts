import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { shareMemory } from "../share-memory.ts";
import { alongRow, forEachWindow } from "../window.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";

const { fround } = Math;

type Params = Conv2dGeometry &
  Float32Filter & {
    /** Where the filter's elements are in the image, from the first one on; the same for all output channels. */
    readonly taps: Int32Array; // [filterHeight, filterWidth, filterDepth]
  };

/**
 * float32 convolution. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `Conv`, tensorflow/lite/kernels/internal/reference/conv.h.
 */
export function conv2dFloat32(op: OpOf<"conv-2d">, graph: Graph): Step {
  const { geometry, operands } = conv2dLayer(op, graph);
  return makeStep({
    kernel: "conv_2d_float32",
    run: runConv2dFloat32,
    params: { ...geometry, ...float32Filter(graph, operands), taps: tapsOf(geometry) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function tapsOf(geometry: Conv2dGeometry): Int32Array {
  const { inputWidth, inputChannels, filterHeight, filterWidth, filterDepth } = geometry;
  const { dilationHeight, dilationWidth } = geometry;
  return Int32Array.from({ length: filterHeight * filterWidth * filterDepth }, (_, tap) => {
    const cell = Math.floor(tap / filterDepth);
    const y = Math.floor(cell / filterWidth) * dilationHeight;
    const x = (cell % filterWidth) * dilationWidth;
    return (y * inputWidth + x) * inputChannels + (tap % filterDepth);
  });
}

function runConv2dFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  // Two places at a time write the first of the second before they last read the first.
  const row = shareMemory(input, output) ? convolveOneByOne : convolveRow;
  forEachWindow(row, params, input, output);
}

/** Two places at a time, which share each weight. */
function convolveRow(
  params: Params,
  input: Float32Array,
  output: Float32Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
  count: number,
): void {
  const { inputChannels, outputChannels, strideWidth, filterHeight, filterWidth } = params;
  const { filterDepth, groups, channelsPerGroup, taps, filter, bias } = params;
  const { activationMin: min, activationMax: max } = params;
  const filterSize = filterHeight * filterWidth * filterDepth;
  const toNext = strideWidth * inputChannels;
  // Rows of the filter that are wholly inside the image are one run.
  const isWhole = right - left === filterWidth;
  const runs = isWhole ? 1 : bottom - top;
  const runLength = (isWhole ? bottom - top : 1) * (right - left) * filterDepth;
  const runGap = filterWidth * filterDepth - runLength;
  const firstTap = (top * filterWidth + left) * filterDepth;

  for (let pair = count >> 1; pair > 0; pair--) {
    const nextStart = outputStart + outputChannels;
    for (let group = 0; group < groups; group++) {
      const first = group * channelsPerGroup;
      const last = first + channelsPerGroup - 1;
      const corner = origin + group * filterDepth;
      for (let channel0 = first; channel0 <= last; channel0 += 4) {
        // Four channels share each input value. Where a group ends earlier, its last one is computed again.
        const channel1 = Math.min(channel0 + 1, last);
        const channel2 = Math.min(channel0 + 2, last);
        const channel3 = Math.min(channel0 + 3, last);
        const firstWeight = channel0 * filterSize;
        const to1 = (channel1 - channel0) * filterSize;
        const to2 = (channel2 - channel0) * filterSize;
        const to3 = (channel3 - channel0) * filterSize;
        let sum0 = 0;
        let sum1 = 0;
        let sum2 = 0;
        let sum3 = 0;
        let next0 = 0;
        let next1 = 0;
        let next2 = 0;
        let next3 = 0;
        let tap = firstTap;
        for (let run = 0; run < runs; run++) {
          for (const end = tap + runLength; tap < end; tap++) {
            const cell = corner + taps[tap]!;
            const value = input[cell]!;
            const next = input[cell + toNext]!;
            const weight = firstWeight + tap;
            const weight0 = filter[weight]!;
            const weight1 = filter[weight + to1]!;
            const weight2 = filter[weight + to2]!;
            const weight3 = filter[weight + to3]!;
            sum0 = fround(sum0 + fround(weight0 * value));
            sum1 = fround(sum1 + fround(weight1 * value));
            sum2 = fround(sum2 + fround(weight2 * value));
            sum3 = fround(sum3 + fround(weight3 * value));
            next0 = fround(next0 + fround(weight0 * next));
            next1 = fround(next1 + fround(weight1 * next));
            next2 = fround(next2 + fround(weight2 * next));
            next3 = fround(next3 + fround(weight3 * next));
          }
          tap += runGap;
        }
        output[outputStart + channel0] = clampReal(sum0 + bias[channel0]!, min, max);
        output[outputStart + channel1] = clampReal(sum1 + bias[channel1]!, min, max);
        output[outputStart + channel2] = clampReal(sum2 + bias[channel2]!, min, max);
        output[outputStart + channel3] = clampReal(sum3 + bias[channel3]!, min, max);
        output[nextStart + channel0] = clampReal(next0 + bias[channel0]!, min, max);
        output[nextStart + channel1] = clampReal(next1 + bias[channel1]!, min, max);
        output[nextStart + channel2] = clampReal(next2 + bias[channel2]!, min, max);
        output[nextStart + channel3] = clampReal(next3 + bias[channel3]!, min, max);
      }
    }
    origin += 2 * toNext;
    outputStart += 2 * outputChannels;
  }
  if (count % 2 === 0) return;
  convolveAt(params, input, output, origin, top, bottom, left, right, outputStart);
}

function convolveAt(
  params: Params,
  input: Float32Array,
  output: Float32Array,
  origin: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  outputStart: number,
): void {
  const { filterHeight, filterWidth, filterDepth, groups, channelsPerGroup } = params;
  const { taps, filter, bias, activationMin: min, activationMax: max } = params;
  const filterSize = filterHeight * filterWidth * filterDepth;
  const runLength = (right - left) * filterDepth;
  const runGap = filterWidth * filterDepth - runLength;

  for (let group = 0; group < groups; group++) {
    const first = group * channelsPerGroup;
    const last = first + channelsPerGroup - 1;
    const corner = origin + group * filterDepth;
    for (let channel0 = first; channel0 <= last; channel0 += 4) {
      const channel1 = Math.min(channel0 + 1, last);
      const channel2 = Math.min(channel0 + 2, last);
      const channel3 = Math.min(channel0 + 3, last);
      const firstWeight = channel0 * filterSize;
      const to1 = (channel1 - channel0) * filterSize;
      const to2 = (channel2 - channel0) * filterSize;
      const to3 = (channel3 - channel0) * filterSize;
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      let tap = (top * filterWidth + left) * filterDepth;
      for (let y = top; y < bottom; y++) {
        for (const end = tap + runLength; tap < end; tap++) {
          const value = input[corner + taps[tap]!]!;
          const weight = firstWeight + tap;
          sum0 = fround(sum0 + fround(filter[weight]! * value));
          sum1 = fround(sum1 + fround(filter[weight + to1]! * value));
          sum2 = fround(sum2 + fround(filter[weight + to2]! * value));
          sum3 = fround(sum3 + fround(filter[weight + to3]! * value));
        }
        tap += runGap;
      }
      output[outputStart + channel0] = clampReal(sum0 + bias[channel0]!, min, max);
      output[outputStart + channel1] = clampReal(sum1 + bias[channel1]!, min, max);
      output[outputStart + channel2] = clampReal(sum2 + bias[channel2]!, min, max);
      output[outputStart + channel3] = clampReal(sum3 + bias[channel3]!, min, max);
    }
  }
}

const convolveOneByOne = alongRow(convolveAt);
