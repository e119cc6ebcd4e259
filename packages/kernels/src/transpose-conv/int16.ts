import type { Graph, OpOf } from "@smidgen/graph";
import { type Int16Filter, int16Filter, int16OfSum } from "../filter-operands.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { transposeConvIntegers, type TransposeConvIntegersParams } from "./integers.ts";
import { transposeConvLayer } from "./transpose-conv.ts";

type Params = TransposeConvIntegersParams & Int16Filter<Float64Array>;

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
    params: { ...geometry, ...int16Filter(graph, operands, ofInt32), inputOffset: 0 },
    reads: [operands.input],
    writes: [operands.output],
  });
}

const runTransposeConvInt16 = transposeConvIntegers<Params, Int16Array>(int16OfSum);
