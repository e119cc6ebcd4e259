import type { Graph, OpOf } from "@smidgen/graph";
import { type Float32Filter, float32Filter } from "../filter-operands.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { forEachWindow } from "../window.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";

const { fround } = Math;

type Params = Conv2dGeometry & Float32Filter;

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
    params: { ...geometry, ...float32Filter(graph, operands) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runConv2dFloat32(params: Params, input: Float32Array, output: Float32Array): void {
  forEachWindow(convolveAt, params, input, output);
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
  const { inputWidth, inputChannels, filterHeight, filterWidth, groups } = params;
  const { dilationHeight, dilationWidth, filterDepth, channelsPerGroup } = params;
  const { filter, bias, activationMin: min, activationMax: max } = params;
  const filterSize = filterHeight * filterWidth * filterDepth;
  // Cells of a row that lie side by side in the input are one run.
  const isRun = dilationWidth === 1 && filterDepth === inputChannels;
  const runs = isRun ? 1 : right - left;
  const runLength = isRun ? (right - left) * filterDepth : filterDepth;
  // How far it is from the end of one run or row to the beginning of the next.
  const runGap = dilationWidth * inputChannels - runLength;
  const rowGap = (dilationHeight * inputWidth - runs * dilationWidth) * inputChannels;
  const filterRowGap = (filterWidth - (right - left)) * filterDepth;

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
      let sum0 = 0;
      let sum1 = 0;
      let sum2 = 0;
      let sum3 = 0;
      let weight = channel0 * filterSize + (top * filterWidth + left) * filterDepth;
      let cell =
        origin +
        (top * dilationHeight * inputWidth + left * dilationWidth) * inputChannels +
        group * filterDepth;
      for (let y = top; y < bottom; y++) {
        for (let run = 0; run < runs; run++) {
          for (const end = cell + runLength; cell < end; cell++) {
            const value = input[cell]!;
            sum0 = fround(sum0 + fround(filter[weight]! * value));
            sum1 = fround(sum1 + fround(filter[weight + to1]! * value));
            sum2 = fround(sum2 + fround(filter[weight + to2]! * value));
            sum3 = fround(sum3 + fround(filter[weight + to3]! * value));
            weight++;
          }
          cell += runGap;
        }
        cell += rowGap;
        weight += filterRowGap;
      }
      output[outputStart + channel0] = clampReal(sum0 + bias[channel0]!, min, max);
      output[outputStart + channel1] = clampReal(sum1 + bias[channel1]!, min, max);
      output[outputStart + channel2] = clampReal(sum2 + bias[channel2]!, min, max);
      output[outputStart + channel3] = clampReal(sum3 + bias[channel3]!, min, max);
    }
  }
}
