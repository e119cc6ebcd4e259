import type { Graph, OpOf } from "@smidgen/graph";
import { int16Filter } from "../filter-operands.ts";
import { int16Convolution, type Int16ConvolutionParams } from "../int16-convolution.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { type Conv2dGeometry, conv2dLayer } from "./conv-2d.ts";
import { conv2dWindowSum } from "./window-sum.ts";

type Params = Conv2dGeometry & Int16ConvolutionParams;

/**
 * int16 convolution with int8 weights that have a scale for each output channel, or one for all. Sums are int64; int32 if the
 * bias is.
 *
 * LiteRT rounds sums of int32 once, except those of groups, which it leaves to the reference.
 *
 * Source: `ConvPerChannel` of int16, tensorflow/lite/kernels/internal/reference/integer_ops/conv.h;
 * `EvalQuantizedPerChannel16x8`, tflite/kernels/conv.cc of LiteRT.
 */
export function conv2dInt16(op: OpOf<"conv-2d">, graph: Graph, { rounding }: Numerics): Step {
  const { geometry, operands } = conv2dLayer(op, graph);
  const isRoundedOnce = rounding === "single" && geometry.groups === 1;
  const ofInt32 = isRoundedOnce ? "int32-once" : "int32-twice";
  return makeStep({
    kernel: "conv_2d_int16",
    run: runConv2dInt16,
    params: { ...geometry, ...int16Filter(graph, operands, ofInt32) },
    reads: [operands.input],
    writes: [operands.output],
  });
}

const runConv2dInt16 = int16Convolution<Params>(conv2dWindowSum);
