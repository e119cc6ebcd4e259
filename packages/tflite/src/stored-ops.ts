import type { Op, OpKind, OpOf } from "@smidgen/graph";
import { enums } from "./schema/enums.ts";
import { add } from "./ops/add.ts";
import { averagePool2d } from "./ops/average-pool-2d.ts";
import { conv2d } from "./ops/conv-2d.ts";
import { depthwiseConv2d } from "./ops/depthwise-conv-2d.ts";
import { dequantize } from "./ops/dequantize.ts";
import { fullyConnected } from "./ops/fully-connected.ts";
import { logistic } from "./ops/logistic.ts";
import { maxPool2d } from "./ops/max-pool-2d.ts";
import { mean } from "./ops/mean.ts";
import { mul } from "./ops/mul.ts";
import { quantize } from "./ops/quantize.ts";
import { relu } from "./ops/relu.ts";
import { relu6 } from "./ops/relu6.ts";
import { reshape } from "./ops/reshape.ts";
import { softmax } from "./ops/softmax.ts";
import type { StoredOp } from "./ops/stored-op.ts";
import { tanh } from "./ops/tanh.ts";

/** How each operator is stored in a `.tflite` file. */
export const storedOps: { readonly [K in OpKind]: StoredOp<OpOf<K>> } = {
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
