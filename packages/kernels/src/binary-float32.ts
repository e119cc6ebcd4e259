import type { Activation, Graph, Op, TensorId } from "@smidgen/graph";
import { type ActivationRange, float32ActivationRange } from "./activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "./broadcast.ts";
import { tensorOfType } from "./requirements.ts";
import { clampReal } from "./rounding.ts";
import { makeStep, type PrepareStep, type Step } from "./step.ts";

type Params = BroadcastParams & ActivationRange;

interface BinaryOp {
  readonly inputs: readonly [a: TensorId, b: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly activation?: Activation };
}

/** An operator on pairs of float32, broadcast. */
export function binaryFloat32<O extends Op & BinaryOp>(
  kernel: string,
  f: (a: number, b: number) => number,
): PrepareStep<O> {
  const row = (
    { activationMin, activationMax }: Params,
    a: Float32Array,
    aStart: number,
    aStep: number,
    b: Float32Array,
    bStart: number,
    bStep: number,
    output: Float32Array,
    outputStart: number,
    count: number,
  ): void => {
    for (let i = 0; i < count; i++) {
      const result = f(a[aStart + i * aStep]!, b[bStart + i * bStep]!);
      output[outputStart + i] = clampReal(result, activationMin, activationMax);
    }
  };
  const run = (params: Params, a: Float32Array, b: Float32Array, output: Float32Array): void =>
    forEachRow(row, params, a, b, output);
  return ({ inputs, outputs, options }: O, graph: Graph): Step => {
    tensorOfType(graph, inputs[1], "b", "float32");
    tensorOfType(graph, outputs[0], "output", "float32");
    const params: Params = {
      ...broadcastParams(graph, inputs, outputs[0]),
      ...float32ActivationRange(options.activation ?? "none"),
    };
    return makeStep({ kernel, run, params, reads: inputs, writes: outputs });
  };
}
