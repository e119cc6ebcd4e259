import type { Op, OpKind, OpOf } from "@smidgen/graph";
import { add } from "./ops/add.ts";
import { argMax } from "./ops/arg-max.ts";
import { averagePool2d } from "./ops/average-pool-2d.ts";
import { cast } from "./ops/cast.ts";
import { concatenation } from "./ops/concatenation.ts";
import { conv2d } from "./ops/conv-2d.ts";
import { depthwiseConv2d } from "./ops/depthwise-conv-2d.ts";
import { dequantize } from "./ops/dequantize.ts";
import { elu } from "./ops/elu.ts";
import { embeddingLookup } from "./ops/embedding-lookup.ts";
import { expandDims } from "./ops/expand-dims.ts";
import { fullyConnected } from "./ops/fully-connected.ts";
import { gather } from "./ops/gather.ts";
import { hardSwish } from "./ops/hard-swish.ts";
import { l2Normalization } from "./ops/l2-normalization.ts";
import { leakyRelu } from "./ops/leaky-relu.ts";
import { logSoftmax } from "./ops/log-softmax.ts";
import { logistic } from "./ops/logistic.ts";
import { maxPool2d } from "./ops/max-pool-2d.ts";
import { maximum } from "./ops/maximum.ts";
import { mean } from "./ops/mean.ts";
import { minimum } from "./ops/minimum.ts";
import { mul } from "./ops/mul.ts";
import { pack } from "./ops/pack.ts";
import { pad } from "./ops/pad.ts";
import { padV2 } from "./ops/pad-v2.ts";
import { prelu } from "./ops/prelu.ts";
import { quantize } from "./ops/quantize.ts";
import { reduceMax } from "./ops/reduce-max.ts";
import { relu } from "./ops/relu.ts";
import { relu6 } from "./ops/relu6.ts";
import { reshape } from "./ops/reshape.ts";
import { resizeBilinear } from "./ops/resize-bilinear.ts";
import { resizeNearestNeighbor } from "./ops/resize-nearest-neighbor.ts";
import { slice } from "./ops/slice.ts";
import { softmax } from "./ops/softmax.ts";
import { split } from "./ops/split.ts";
import { squeeze } from "./ops/squeeze.ts";
import { stridedSlice } from "./ops/strided-slice.ts";
import { sub } from "./ops/sub.ts";
import { sum } from "./ops/sum.ts";
import { svdf } from "./ops/svdf.ts";
import { tanh } from "./ops/tanh.ts";
import { transpose } from "./ops/transpose.ts";
import { transposeConv } from "./ops/transpose-conv.ts";
import { unidirectionalSequenceLstm } from "./ops/unidirectional-sequence-lstm.ts";
import { unpack } from "./ops/unpack.ts";
import type { StoredOp } from "./ops/stored-op.ts";
import { enums } from "./schema/enums.ts";

/** How each operator is stored in a `.tflite` file. */
export const storedOps: { readonly [K in OpKind]: StoredOp<OpOf<K>> } = {
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

/** `storedOps` for an operator whose kind is only known when the program runs. */
export function storedAs(kind: OpKind): StoredOp<Op> {
  return storedOps[kind] as unknown as StoredOp<Op>;
}

/** The operator that a builtin code stands for; `undefined` if graphs do not have it. */
export function kindOf(builtinCode: number): OpKind | undefined {
  return kinds.get(builtinCode);
}

/** Source: `BuiltinOperator`, schema.fbs. */
export function builtinCodeOf(kind: OpKind): number {
  return enums.BuiltinOperator.names.indexOf(storedOps[kind].builtin);
}

const kinds = new Map(
  (Object.keys(storedOps) as OpKind[]).map((kind) => [builtinCodeOf(kind), kind]),
);
