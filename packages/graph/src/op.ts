import type { OpRules } from "./op-rules.ts";
import { type Add, add } from "./ops/add.ts";
import { type ArgMax, argMax } from "./ops/arg-max.ts";
import { type AveragePool2d, averagePool2d } from "./ops/average-pool-2d.ts";
import { type Cast, cast } from "./ops/cast.ts";
import { type Concatenation, concatenation } from "./ops/concatenation.ts";
import { type Conv2d, conv2d } from "./ops/conv-2d.ts";
import { type DepthwiseConv2d, depthwiseConv2d } from "./ops/depthwise-conv-2d.ts";
import { type Dequantize, dequantize } from "./ops/dequantize.ts";
import { type Elu, elu } from "./ops/elu.ts";
import { type EmbeddingLookup, embeddingLookup } from "./ops/embedding-lookup.ts";
import { type ExpandDims, expandDims } from "./ops/expand-dims.ts";
import { type FullyConnected, fullyConnected } from "./ops/fully-connected.ts";
import { type Gather, gather } from "./ops/gather.ts";
import { type HardSwish, hardSwish } from "./ops/hard-swish.ts";
import { type L2Normalization, l2Normalization } from "./ops/l2-normalization.ts";
import { type LeakyRelu, leakyRelu } from "./ops/leaky-relu.ts";
import { type LogSoftmax, logSoftmax } from "./ops/log-softmax.ts";
import { type Logistic, logistic } from "./ops/logistic.ts";
import { type MaxPool2d, maxPool2d } from "./ops/max-pool-2d.ts";
import { type Maximum, maximum } from "./ops/maximum.ts";
import { type Mean, mean } from "./ops/mean.ts";
import { type Minimum, minimum } from "./ops/minimum.ts";
import { type Mul, mul } from "./ops/mul.ts";
import { type Pack, pack } from "./ops/pack.ts";
import { type Pad, pad } from "./ops/pad.ts";
import { type PadV2, padV2 } from "./ops/pad-v2.ts";
import { type Prelu, prelu } from "./ops/prelu.ts";
import { type Quantize, quantize } from "./ops/quantize.ts";
import { type ReduceMax, reduceMax } from "./ops/reduce-max.ts";
import { type Relu, relu } from "./ops/relu.ts";
import { type Relu6, relu6 } from "./ops/relu6.ts";
import { type Reshape, reshape } from "./ops/reshape.ts";
import { type ResizeBilinear, resizeBilinear } from "./ops/resize-bilinear.ts";
import {
  type ResizeNearestNeighbor,
  resizeNearestNeighbor,
} from "./ops/resize-nearest-neighbor.ts";
import { type Slice, slice } from "./ops/slice.ts";
import { type Softmax, softmax } from "./ops/softmax.ts";
import { type Split, split } from "./ops/split.ts";
import { type Squeeze, squeeze } from "./ops/squeeze.ts";
import { type StridedSlice, stridedSlice } from "./ops/strided-slice.ts";
import { type Sub, sub } from "./ops/sub.ts";
import { type Sum, sum } from "./ops/sum.ts";
import { type Svdf, svdf } from "./ops/svdf.ts";
import { type Tanh, tanh } from "./ops/tanh.ts";
import { type Transpose, transpose } from "./ops/transpose.ts";
import { type TransposeConv, transposeConv } from "./ops/transpose-conv.ts";
import {
  type UnidirectionalSequenceLstm,
  unidirectionalSequenceLstm,
} from "./ops/unidirectional-sequence-lstm.ts";
import { type Unpack, unpack } from "./ops/unpack.ts";
import type { Tensor } from "./tensor.ts";

/** Every operator of a graph: what it reads, what it writes, and its options. Discriminated by `kind`. */
export type Op =
  | Add
  | ArgMax
  | AveragePool2d
  | Cast
  | Concatenation
  | Conv2d
  | DepthwiseConv2d
  | Dequantize
  | Elu
  | EmbeddingLookup
  | ExpandDims
  | FullyConnected
  | Gather
  | HardSwish
  | L2Normalization
  | LeakyRelu
  | LogSoftmax
  | Logistic
  | MaxPool2d
  | Maximum
  | Mean
  | Minimum
  | Mul
  | Pack
  | Pad
  | PadV2
  | Prelu
  | Quantize
  | ReduceMax
  | Relu
  | Relu6
  | Reshape
  | ResizeBilinear
  | ResizeNearestNeighbor
  | Slice
  | Softmax
  | Split
  | Squeeze
  | StridedSlice
  | Sub
  | Sum
  | Svdf
  | Tanh
  | Transpose
  | TransposeConv
  | UnidirectionalSequenceLstm
  | Unpack;

export type OpKind = Op["kind"];
export type OpOf<K extends OpKind> = Extract<Op, { readonly kind: K }>;

/** A table with one row per operator: `{ … } satisfies PerOp<Row>` does not compile if one is forgotten. */
export type PerOp<Row> = { readonly [K in OpKind]: Row };

/** What each operator asks of its operands. */
export const opRules: { readonly [K in OpKind]: OpRules<OpOf<K>> } = {
  add,
  "arg-max": argMax,
  "average-pool-2d": averagePool2d,
  cast,
  concatenation,
  "conv-2d": conv2d,
  "depthwise-conv-2d": depthwiseConv2d,
  dequantize,
  elu,
  "embedding-lookup": embeddingLookup,
  "expand-dims": expandDims,
  "fully-connected": fullyConnected,
  gather,
  "hard-swish": hardSwish,
  "l2-normalization": l2Normalization,
  "leaky-relu": leakyRelu,
  "log-softmax": logSoftmax,
  logistic,
  "max-pool-2d": maxPool2d,
  maximum,
  mean,
  minimum,
  mul,
  pack,
  pad,
  "pad-v2": padV2,
  prelu,
  quantize,
  "reduce-max": reduceMax,
  relu,
  relu6,
  reshape,
  "resize-bilinear": resizeBilinear,
  "resize-nearest-neighbor": resizeNearestNeighbor,
  slice,
  softmax,
  split,
  squeeze,
  "strided-slice": stridedSlice,
  sub,
  sum,
  svdf,
  tanh,
  transpose,
  "transpose-conv": transposeConv,
  "unidirectional-sequence-lstm": unidirectionalSequenceLstm,
  unpack,
};

/** `opRules` for an operator whose kind is only known when the program runs. */
export function rulesOf(op: Op): OpRules<Op> {
  return opRules[op.kind] as OpRules<Op>;
}

/** Multiplications of an activation with a weight that one inference of this operator needs. */
export function multiplyAccumulates(op: Op, tensors: readonly Tensor[]): number {
  return rulesOf(op).multiplyAccumulates?.(op, tensors) ?? 0;
}
