import type { Graph, OpOf } from "@smidgen/graph";
import { type Int8Filter, int8Filter, int8OfSum } from "../filter-operands.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { transposeConvIntegers } from "./integers.ts";
import { type TransposeConvGeometry, transposeConvLayer } from "./transpose-conv.ts";

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

const runTransposeConvInt8 = transposeConvIntegers<TransposeConvInt8Params, Int8Array>(int8OfSum);
