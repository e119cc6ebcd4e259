import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import {
  type ChannelRequantization,
  channelRequantization,
  requantize,
  symmetricFilter,
  weightsOf,
} from "../requantization.ts";
import { biasOrZeros, offsetOf, perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import {
  forEachOutputCell,
  type TransposeConvGeometry,
  transposeConvGeometry,
} from "./transpose-conv.ts";
import { transposeConvSum } from "./transpose-conv-sum.ts";

export type TransposeConvInt8Params = TransposeConvGeometry &
  ChannelRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, inputChannels]
    readonly bias: Int32Array; // [outputChannels]
    /** −zeroPoint */
    readonly inputOffset: number;
    readonly outputZeroPoint: number;
  };

/**
 * int8 transposed convolution with a scale for each output channel, or one for all.
 *
 * With padding `same`, LiteRT leaves a filter that is smaller than its stride to its own kernel, which rounds twice.
 *
 * Source: `TransposeConv`, tensorflow/lite/kernels/internal/reference/integer_ops/transpose_conv.h;
 * `CalculateTransposeConvPaddings`, tensorflow/lite/delegates/xnnpack/xnnpack_delegate.cc.
 */
export function transposeConvInt8(
  op: OpOf<"transpose-conv">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const [, filterId, inputId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 0);
  const output = tensorOfType(graph, outputId, "output", "int8");
  const geometry = transposeConvGeometry(op, graph);
  const channels = geometry.outputChannels;
  const leavesGaps =
    geometry.filterHeight < geometry.strideHeight || geometry.filterWidth < geometry.strideWidth;
  const isForXnnpack = !(op.options.padding === "same" && leavesGaps);
  return makeStep({
    kernel: "transpose_conv_int8",
    run: runTransposeConvInt8,
    params: {
      ...geometry,
      filter: weightsOf(filter),
      bias: biasOrZeros(graph, biasId, "int32", channels),
      ...channelRequantization(input, filter, output, channels, isForXnnpack ? rounding : "double"),
      inputOffset: offsetOf(input, "input"),
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runTransposeConvInt8(
  params: TransposeConvInt8Params,
  input: Int8Array,
  output: Int8Array,
): void {
  forEachOutputCell(convolveAt, params, input, output);
}

function convolveAt(
  params: TransposeConvInt8Params,
  input: Int8Array,
  output: Int8Array,
  inputStart: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  filterY: number,
  filterX: number,
  outputStart: number,
): void {
  const { outputChannels, bias, multiplier, shift, singleRounding: single } = params;
  const { inputOffset, outputZeroPoint, activationMin, activationMax } = params;
  for (let channel = 0; channel < outputChannels; channel++) {
    const sum = transposeConvSum(
      params,
      input,
      inputOffset,
      inputStart,
      top,
      bottom,
      left,
      right,
      filterY,
      filterX,
      channel,
    );
    const whole = (bias[channel]! + sum) | 0;
    const scaled = requantize(whole, multiplier[channel]!, shift[channel]!, single);
    output[outputStart + channel] = clamp(scaled + outputZeroPoint, activationMin, activationMax);
  }
}
