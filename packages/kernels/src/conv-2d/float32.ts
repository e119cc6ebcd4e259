import type { Graph, OpOf } from "@smidgen/graph";
import { type ActivationRange, float32ActivationRange } from "../activation-range.ts";
import { biasOrZeros, constantOfType, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { forEachWindow } from "../window.ts";
import { type Conv2dGeometry, conv2dGeometry } from "./conv-2d.ts";

const { fround } = Math;

type Params = Conv2dGeometry &
  ActivationRange & {
    readonly filter: Float32Array; // [outputChannels, filterHeight, filterWidth, filterDepth]
    readonly bias: Float32Array; // [outputChannels]
  };

/**
 * float32 convolution. Every product and sum is rounded to float32, in the order of the reference.
 *
 * Source: `Conv`, tensorflow/lite/kernels/internal/reference/conv.h.
 */
export function conv2dFloat32(op: OpOf<"conv-2d">, graph: Graph): Step {
  const [inputId, filterId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  tensorOfType(graph, outputId, "output", "float32");
  const geometry = conv2dGeometry(op, graph);
  return makeStep({
    kernel: "conv_2d_float32",
    run: runConv2dFloat32,
    params: {
      ...geometry,
      filter: constantOfType(graph, filterId, "filter", "float32"),
      bias: biasOrZeros(graph, biasId, "float32", geometry.outputChannels),
      ...float32ActivationRange(op.options.activation),
    },
    reads: [inputId],
    writes: [outputId],
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
  const { inputWidth, inputChannels, outputChannels, filterHeight, filterWidth } = params;
  const { dilationHeight, dilationWidth, filterDepth, channelsPerGroup } = params;
  const { filter, bias, activationMin, activationMax } = params;
  const filterSize = filterHeight * filterWidth * filterDepth;
  // Cells of a row that lie side by side in the input and in the filter are one run.
  const isRun = dilationWidth === 1 && filterDepth === inputChannels;
  const runs = isRun ? 1 : right - left;
  const runLength = isRun ? (right - left) * filterDepth : filterDepth;

  for (let first = 0; first < outputChannels; first += channelsPerGroup) {
    const last = first + channelsPerGroup - 1;
    const groupOrigin = origin + (first / channelsPerGroup) * filterDepth;
    for (let channel0 = first; channel0 <= last; channel0 += 2) {
      // Two channels share each input value. Where a group ends earlier, its last one is computed again.
      const channel1 = Math.min(channel0 + 1, last);
      let sum0 = 0;
      let sum1 = 0;
      for (let y = top; y < bottom; y++) {
        const row = (y * filterWidth + left) * filterDepth;
        let filter0 = channel0 * filterSize + row;
        let filter1 = channel1 * filterSize + row;
        let cell =
          groupOrigin + (y * dilationHeight * inputWidth + left * dilationWidth) * inputChannels;
        for (let run = 0; run < runs; run++) {
          for (let i = 0; i < runLength; i++) {
            const value = input[cell + i]!;
            sum0 = fround(sum0 + fround(filter[filter0 + i]! * value));
            sum1 = fround(sum1 + fround(filter[filter1 + i]! * value));
          }
          filter0 += runLength;
          filter1 += runLength;
          cell += dilationWidth * inputChannels;
        }
      }
      output[outputStart + channel0] = clamp(sum0 + bias[channel0]!, activationMin, activationMax);
      output[outputStart + channel1] = clamp(sum1 + bias[channel1]!, activationMin, activationMax);
    }
  }
}
