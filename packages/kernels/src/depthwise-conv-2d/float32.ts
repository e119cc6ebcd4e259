import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampRealSum } from "../rounding.ts";
import { shareMemory } from "../share-memory.ts";
import { makeStep, type Step } from "../step.ts";
import { forEachWindow, inRuns, placeByPlace, windowTaps } from "../window.ts";
import { type DepthwiseConv2dGeometry, depthwiseConv2dLayer } from "./depthwise-conv-2d.ts";

type Params = DepthwiseConv2dGeometry &
  Float32Filter & {
    readonly taps: Int32Array; // as `windowTaps` has them, for one channel
  };

/**
 * float32 depthwise convolution. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `DepthwiseConv`, tensorflow/lite/kernels/internal/reference/depthwiseconv_float.h.
 */
export function depthwiseConv2dFloat32(op: OpOf<"depthwise-conv-2d">, graph: Graph): Step {
  const { geometry, operands } = depthwiseConv2dLayer(op, graph);
  return makeStep({
    kernel: "depthwise_conv_2d_float32",
    run: runDepthwiseConv2dFloat32,
    params: { ...geometry, ...float32Filter(graph, operands) },
    extras: { taps: windowTaps(geometry, 1) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runDepthwiseConv2dFloat32(
  params: Params,
  input: Float32Array,
  output: Float32Array,
): void {
  const row = shareMemory(input, output) ? convolvePlaces : convolveRow;
  forEachWindow(row, params, input, output);
}

/** Four channels along the whole row. */
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
  const { inputChannels, outputChannels, strideWidth, filterWidth, depthMultiplier } = params;
  const { taps, filter, bias, activationMin: min, activationMax: max } = params;
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
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      let tap = firstCell;
      for (let run = 0; run < runs; run++) {
        for (const end = tap + runCells; tap < end; tap++) {
          const cell = corner + taps[tap]!;
          const weight = tap * outputChannels;
          sum0 = Math.fround(sum0 + Math.fround(filter[weight + channel0]! * input[cell + from0]!));
          sum1 = Math.fround(sum1 + Math.fround(filter[weight + channel1]! * input[cell + from1]!));
          sum2 = Math.fround(sum2 + Math.fround(filter[weight + channel2]! * input[cell + from2]!));
          sum3 = Math.fround(sum3 + Math.fround(filter[weight + channel3]! * input[cell + from3]!));
        }
        tap += runGap;
      }
      output[place + channel0] = clampRealSum(sum0 + bias0, min, max);
      output[place + channel1] = clampRealSum(sum1 + bias1, min, max);
      output[place + channel2] = clampRealSum(sum2 + bias2, min, max);
      output[place + channel3] = clampRealSum(sum3 + bias3, min, max);
      place += outputChannels;
      corner += toNext;
    }
  }
}

const convolveRow = inRuns(convolveRuns);
const convolvePlaces = placeByPlace(convolveRow);
