import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type Int8Filter, int8Filter } from "../filter-operands.ts";
import { scale } from "../fixed-point.ts";
import { requantize } from "../requantization.ts";
import { clampSum } from "../rounding.ts";
import { shareMemory } from "../share-memory.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { forEachWindow, inRuns, placeByPlace, windowTaps } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dLayer } from "./depthwise-conv-2d.ts";

export type DepthwiseConv2dInt8Params = DepthwiseConv2dGeometry & Int8Filter;

type Params = DepthwiseConv2dInt8Params & {
  readonly taps: Int32Array; // as `windowTaps` has them, for one channel
};

/**
 * int8 depthwise convolution with a scale for each output channel, or one for all. Weights are int8, or int4 in a byte
 * each. XNNPACK takes no int4 and no layer without a bias: LiteRT leaves those to its own kernel, which rounds twice.
 *
 * Source: `DepthwiseConvPerChannel`, tensorflow/lite/kernels/internal/reference/integer_ops/depthwise_conv.h.
 */
export function depthwiseConv2dInt8(
  op: OpOf<"depthwise-conv-2d">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const { geometry, operands } = depthwiseConv2dLayer(op, graph);
  const isForXnnpack =
    tensorOf(graph, operands.filter).type === "int8" && operands.bias !== undefined;
  const profile = isForXnnpack ? rounding : "double";
  return makeStep({
    kernel: "depthwise_conv_2d_int8",
    run: runDepthwiseConv2dInt8,
    params: { ...geometry, ...int8Filter(graph, operands, profile, ["int8", "int4"]) },
    extras: { taps: windowTaps(geometry, 1) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runDepthwiseConv2dInt8(params: Params, input: Int8Array, output: Int8Array): void {
  const row = shareMemory(input, output) ? convolvePlaces : convolveRow;
  forEachWindow(row, params, input, output);
}

/** Four channels along the whole row. */
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
  const { inputChannels, outputChannels, strideWidth, filterWidth, depthMultiplier } = params;
  const { taps, filter, bias, multiplier, shift, singleRounding: single } = params;
  const { inputOffset, outputZeroPoint, activationMin: min, activationMax: max } = params;
  const last = outputChannels - 1;
  const toNext = strideWidth * inputChannels;
  const runGap = filterWidth - runCells;

  for (let channel0 = 0; channel0 <= last; channel0 += 4) {
    // Where channels run out, the last one is computed again.
    const channel1 = Math.min(channel0 + 1, last);
    const channel2 = Math.min(channel0 + 2, last);
    const channel3 = Math.min(channel0 + 3, last);
    const from0 = Math.floor(channel0 / depthMultiplier);
    const from1 = Math.floor(channel1 / depthMultiplier);
    const from2 = Math.floor(channel2 / depthMultiplier);
    const from3 = Math.floor(channel3 / depthMultiplier);
    const bias0 = bias[channel0]!;
    const bias1 = bias[channel1]!;
    const bias2 = bias[channel2]!;
    const bias3 = bias[channel3]!;
    let corner = origin;
    let place = outputStart;
    for (let i = 0; i < count; i++) {
      let sum0 = bias0;
      let sum1 = bias1;
      let sum2 = bias2;
      let sum3 = bias3;
      let tap = firstCell;
      for (let run = 0; run < runs; run++) {
        for (const end = tap + runCells; tap < end; tap++) {
          const cell = corner + taps[tap]!;
          const weight = tap * outputChannels;
          sum0 = (sum0 + filter[weight + channel0]! * (input[cell + from0]! + inputOffset)) | 0;
          sum1 = (sum1 + filter[weight + channel1]! * (input[cell + from1]! + inputOffset)) | 0;
          sum2 = (sum2 + filter[weight + channel2]! * (input[cell + from2]! + inputOffset)) | 0;
          sum3 = (sum3 + filter[weight + channel3]! * (input[cell + from3]! + inputOffset)) | 0;
        }
        tap += runGap;
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
      output[place + channel0] = clampSum(sum0 + outputZeroPoint, min, max);
      output[place + channel1] = clampSum(sum1 + outputZeroPoint, min, max);
      output[place + channel2] = clampSum(sum2 + outputZeroPoint, min, max);
      output[place + channel3] = clampSum(sum3 + outputZeroPoint, min, max);
      place += outputChannels;
      corner += toNext;
    }
  }
}

const convolveRow = inRuns(convolveRuns);
const convolvePlaces = placeByPlace(convolveRow);
