import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { tensorOfType } from "../requirements.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";

type Params = { readonly count: number };

/**
 * Numbers of another type: floats lose their fraction, integers that do not fit wrap.
 *
 * Where C leaves open what a float beyond int32 becomes, it saturates to int32 first, and NaN is 0, as on Arm.
 *
 * Source: `copyToTensor`, tensorflow/lite/micro/kernels/cast.cc.
 */
export function cast(op: OpOf<"cast">, graph: Graph): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "float32", "int8", "int16", "int32");
  const isTruncation = input.type === "float32" && output.type !== "float32";
  return makeStep({
    kernel: `cast_${input.type}_${output.type}`,
    run: isTruncation ? runTruncate : runCast,
    params: { count: elementCount(input.shape) },
    reads: op.inputs,
    writes: op.outputs,
  });
}

type Input = Float32Array | Int8Array | Int16Array | Int32Array | Uint8Array;
type Output = Float32Array | Int8Array | Int16Array | Int32Array;

function runCast({ count }: Params, input: Input, output: Output): void {
  for (let i = 0; i < count; i++) output[i] = input[i]!;
}

function runTruncate({ count }: Params, input: Float32Array, output: Output): void {
  for (let i = 0; i < count; i++) {
    output[i] = clampReal(input[i]!, -(2 ** 31), 2 ** 31 - 1);
  }
}
