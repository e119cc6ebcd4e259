import type { Graph, OpOf } from "@smidgen/graph";
import { type Int8Filter, int8Filter, int8OfSum } from "../filter-operands.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import {
  forEachOutputCell,
  type TransposeConvGeometry,
  transposeConvLayer,
} from "./transpose-conv.ts";
import { transposeConvSum } from "./transpose-conv-sum.ts";

export type TransposeConvInt8Params = TransposeConvGeometry & Int8Filter;

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
  const { geometry, operands } = transposeConvLayer(op, graph);
  const leavesGaps =
    geometry.filterHeight < geometry.strideHeight || geometry.filterWidth < geometry.strideWidth;
  const isForXnnpack = !(op.options.padding === "same" && leavesGaps);
  const profile = isForXnnpack ? rounding : "double";
  return makeStep({
    kernel: "transpose_conv_int8",
    run: runTransposeConvInt8,
    params: { ...geometry, ...int8Filter(graph, operands, profile) },
    reads: [operands.input],
    writes: [operands.output],
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
  const { outputChannels, inputOffset } = params;
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
    output[outputStart + channel] = int8OfSum(params, sum, channel);
  }
}
