import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { channelRequantization, symmetricFilter, weightsOf } from "../requantization.ts";
import { tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { type LoopParams, makeStep, type Numerics, type Step } from "../step.ts";
import {
  hasInt32Bias,
  requantizeWide,
  requireZeroPoints,
  widen,
  type WideRequantization,
  wideBiasOrZeros,
} from "../wide-requantization.ts";
import {
  forEachOutputCell,
  type TransposeConvGeometry,
  transposeConvGeometry,
} from "./transpose-conv.ts";
import { transposeConvSum } from "./transpose-conv-sum.ts";

type Params = TransposeConvGeometry &
  WideRequantization &
  ActivationRange & {
    readonly filter: Int8Array; // [outputChannels, filterHeight, filterWidth, inputChannels]
    readonly bias: BigInt64Array; // [outputChannels]
  };

/**
 * int16 transposed convolution with int8 weights that have a scale for each output channel, or one for all. Sums are int64.
 *
 * LiteRT also takes an int32 bias, and has sums of int32 then; TensorFlow Lite Micro would read it as int64.
 *
 * Source: `TransposeConv` of int16, tensorflow/lite/kernels/internal/reference/integer_ops/transpose_conv.h;
 * `EvalQuantized16x8`, tflite/kernels/transpose_conv.cc of LiteRT.
 */
export function transposeConvInt16(
  op: OpOf<"transpose-conv">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const [, filterId, inputId, biasId] = op.inputs;
  const [outputId] = op.outputs;
  const input = tensorOf(graph, inputId);
  const filter = symmetricFilter(graph, filterId, 0);
  const output = tensorOfType(graph, outputId, "output", "int16");
  requireZeroPoints(input, output);
  const geometry = transposeConvGeometry(op, graph);
  const channels = geometry.outputChannels;
  const requantization = channelRequantization(input, filter, output, channels, "double");
  return makeStep({
    kernel: "transpose_conv_int16",
    run: runTransposeConvInt16,
    params: {
      ...geometry,
      filter: weightsOf(filter),
      bias: wideBiasOrZeros(
        graph,
        biasId,
        channels,
        rounding === "single" ? ["int64", "int32"] : ["int64"],
      ),
      ...widen(requantization, hasInt32Bias(graph, biasId) ? "int32-twice" : "int64"),
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: [inputId],
    writes: [outputId],
  });
}

function runTransposeConvInt16(
  params: LoopParams<Params>,
  input: Int16Array,
  output: Int16Array,
): void {
  forEachOutputCell(convolveAt, params, input, output);
}

function convolveAt(
  params: LoopParams<Params>,
  input: Int16Array,
  output: Int16Array,
  inputStart: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
  filterY: number,
  filterX: number,
  outputStart: number,
): void {
  const { outputChannels, bias, multiplier, shift, wraps, roundsTwice } = params;
  const { activationMin, activationMax } = params;
  for (let channel = 0; channel < outputChannels; channel++) {
    const sum =
      bias[channel]! +
      transposeConvSum(
        params,
        input,
        0,
        inputStart,
        top,
        bottom,
        left,
        right,
        filterY,
        filterX,
        channel,
      );
    const scaled = requantizeWide(sum, multiplier[channel]!, shift[channel]!, wraps, roundsTwice);
    output[outputStart + channel] = clamp(scaled, activationMin, activationMax);
  }
}
