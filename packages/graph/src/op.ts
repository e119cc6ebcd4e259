import type { OpRules } from "./op-rules.ts";
import { type Add, add } from "./ops/add.ts";
import { type AveragePool2d, averagePool2d } from "./ops/average-pool-2d.ts";
import { type Conv2d, conv2d } from "./ops/conv-2d.ts";
import { type DepthwiseConv2d, depthwiseConv2d } from "./ops/depthwise-conv-2d.ts";
import { type Dequantize, dequantize } from "./ops/dequantize.ts";
import { type FullyConnected, fullyConnected } from "./ops/fully-connected.ts";
import { type Logistic, logistic } from "./ops/logistic.ts";
import { type MaxPool2d, maxPool2d } from "./ops/max-pool-2d.ts";
import { type Mean, mean } from "./ops/mean.ts";
import { type Mul, mul } from "./ops/mul.ts";
import { type Quantize, quantize } from "./ops/quantize.ts";
import { type Relu, relu } from "./ops/relu.ts";
import { type Relu6, relu6 } from "./ops/relu6.ts";
import { type Reshape, reshape } from "./ops/reshape.ts";
import { type Softmax, softmax } from "./ops/softmax.ts";
import { type Tanh, tanh } from "./ops/tanh.ts";
import type { Tensor } from "./tensor.ts";

/** Every operator of a graph: what it reads, what it writes, and its options. Discriminated by `kind`. */
export type Op =
  | Add
  | AveragePool2d
  | Conv2d
  | DepthwiseConv2d
  | Dequantize
  | FullyConnected
  | Logistic
  | MaxPool2d
  | Mean
  | Mul
  | Quantize
  | Relu
  | Relu6
  | Reshape
  | Softmax
  | Tanh;

export type OpKind = Op["kind"];
export type OpOf<K extends OpKind> = Extract<Op, { readonly kind: K }>;

/** A table with one row per operator: `{ … } satisfies PerOp<Row>` does not compile if one is forgotten. */
export type PerOp<Row> = { readonly [K in OpKind]: Row };

/** What each operator asks of its operands. */
export const opRules: { readonly [K in OpKind]: OpRules<OpOf<K>> } = {
  add,
  "average-pool-2d": averagePool2d,
  "conv-2d": conv2d,
  "depthwise-conv-2d": depthwiseConv2d,
  dequantize,
  "fully-connected": fullyConnected,
  logistic,
  "max-pool-2d": maxPool2d,
  mean,
  mul,
  quantize,
  relu,
  relu6,
  reshape,
  softmax,
  tanh,
};

/** `opRules` for an operator whose kind is only known when the program runs. */
export function rulesOf(op: Op): OpRules<Op> {
  return opRules[op.kind] as OpRules<Op>;
}

/** Multiplications of an activation with a weight that one inference of this operator needs. */
export function multiplyAccumulates(op: Op, tensors: readonly Tensor[]): number {
  return rulesOf(op).multiplyAccumulates?.(op, tensors) ?? 0;
}
