import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampRealSum } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { shareMemory } from "../share-memory.ts";
import { forEachWindow, inRuns, placeByPlace, windowTaps } from "../window.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";

type Params = Conv2dGeometry &
  Float32Filter & {
    /** The filter in doubles, which is how it is multiplied: float32 would be converted each time. */
    readonly weights: Float64Array;
    readonly taps: Int32Array; // as `windowTaps` has them
  };

/**
 * float32 convolution. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `Conv`, tensorflow/lite/kernels/internal/reference/conv.h.
 */
export function conv2dFloat32(op: OpOf<"conv-2d">, graph: Graph): Step {
  const { geometry, operands } = conv2dLayer(op, graph);
  const layer = float32Filter(graph, operands);
  return makeStep({
    kernel: "conv_2d_float32",
    run: runConv2dFloat32,
    params: { ...geometry, ...layer },
    extras: {
      weights: Float64Array.from(layer.filter),
      taps: windowTaps(geometry, geometry.filterDepth),
    },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runConv2dFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  const row = shareMemory(input, output) ? convolvePlaces : convolveRow;
  forEachWindow(row, params, input, output);
}

/** Four channels along the whole row, two places at a time, which share each weight. */
function convolveRuns(
  params: Params,
  input: Float32Array,
  output: Float32Array,
  origin: number,
  firstCell: number,
  runs: number,
  runCells: number,
  outputStart: number,
  count: number,
): void {
  const { inputChannels, outputChannels, strideWidth, filterHeight, filterWidth } = params;
  const { filterDepth, groups, channelsPerGroup, taps, weights, bias } = params;
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
          const end = tap + runLength;
          if (rest === 1) {
            for (; tap < end; tap++) {
              const value = input[corner + taps[tap]!]!;
              const weight = firstWeight + tap;
              sum0 = Math.fround(sum0 + Math.fround(weights[weight]! * value));
              sum1 = Math.fround(sum1 + Math.fround(weights[weight + to1]! * value));
              sum2 = Math.fround(sum2 + Math.fround(weights[weight + to2]! * value));
              sum3 = Math.fround(sum3 + Math.fround(weights[weight + to3]! * value));
            }
          }
          for (; tap < end; tap++) {
            const cell = corner + taps[tap]!;
            const value = input[cell]!;
            const next = input[cell + toNext]!;
            const weight = firstWeight + tap;
            const weight0 = weights[weight]!;
            const weight1 = weights[weight + to1]!;
            const weight2 = weights[weight + to2]!;
            const weight3 = weights[weight + to3]!;
            sum0 = Math.fround(sum0 + Math.fround(weight0 * value));
            sum1 = Math.fround(sum1 + Math.fround(weight1 * value));
            sum2 = Math.fround(sum2 + Math.fround(weight2 * value));
            sum3 = Math.fround(sum3 + Math.fround(weight3 * value));
            next0 = Math.fround(next0 + Math.fround(weight0 * next));
            next1 = Math.fround(next1 + Math.fround(weight1 * next));
            next2 = Math.fround(next2 + Math.fround(weight2 * next));
            next3 = Math.fround(next3 + Math.fround(weight3 * next));
          }
          tap += runGap;
        }
        output[place + channel0] = clampRealSum(sum0 + bias0, min, max);
        output[place + channel1] = clampRealSum(sum1 + bias1, min, max);
        output[place + channel2] = clampRealSum(sum2 + bias2, min, max);
        output[place + channel3] = clampRealSum(sum3 + bias3, min, max);
        place += outputChannels;
        if (rest === 1) break;
        output[place + channel0] = clampRealSum(next0 + bias0, min, max);
        output[place + channel1] = clampRealSum(next1 + bias1, min, max);
        output[place + channel2] = clampRealSum(next2 + bias2, min, max);
        output[place + channel3] = clampRealSum(next3 + bias3, min, max);
        place += outputChannels;
        corner += 2 * toNext;
      }
    }
  }
}

const convolveRow = inRuns(convolveRuns);
const convolvePlaces = placeByPlace(convolveRow);
