import type { Graph, OpOf } from "@smidgen/graph";
import { type Int16Filter, int16Filter, int16OfSum } from "../filter-operands.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import {
  forEachOutputCell,
  type TransposeConvGeometry,
  transposeConvLayer,
} from "./transpose-conv.ts";
import { transposeConvSum } from "./transpose-conv-sum.ts";

type Params = TransposeConvGeometry & Int16Filter<Float64Array>;

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
  const { geometry, operands } = transposeConvLayer(op, graph);
  const ofInt32 = rounding === "single" ? "int32-twice" : undefined;
  return makeStep({
    kernel: "transpose_conv_int16",
    run: runTransposeConvInt16,
    params: { ...geometry, ...int16Filter(graph, operands, ofInt32) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

function runTransposeConvInt16(params: Params, input: Int16Array, output: Int16Array): void {
  forEachOutputCell(convolveAt, params, input, output);
}

function convolveAt(
  params: Params,
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
  for (let channel = 0; channel < params.outputChannels; channel++) {
    const sum = transposeConvSum(
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
    output[outputStart + channel] = int16OfSum(params, sum, channel);
  }
}
