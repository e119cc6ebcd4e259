import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "../broadcast.ts";
import { type FixedPoint, toFixedPoint } from "../fixed-point.ts";
import { requantize, singleRounding } from "../requantization.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";

const { fround } = Math;

type Params = BroadcastParams &
  FixedPoint &
  ActivationRange & {
    /** −zeroPoint */
    readonly aOffset: number;
    /** −zeroPoint */
    readonly bOffset: number;
    readonly outputZeroPoint: number;
    readonly singleRounding: number;
  };

/**
 * Source: `MulElementwise`, tensorflow/lite/kernels/internal/reference/integer_ops/mul.h, and `CalculateOpDataMul`,
 * tensorflow/lite/micro/kernels/mul_common.cc; with single rounding `xnn_init_qs8_mul_minmax_scalar_params`,
 * xnnpack/src/microparams-init.c.
 */
export function mulInt8(op: OpOf<"mul">, graph: Graph, { rounding }: Numerics): Step {
  const [aId, bId] = op.inputs;
  const [outputId] = op.outputs;
  const a = perTensorOf(tensorOf(graph, aId), "a");
  const b = perTensorOf(tensorOfType(graph, bId, "b", "int8"), "b");
  const output = tensorOfType(graph, outputId, "output", "int8");
  const to = perTensorOf(output, "output");
  return makeStep({
    kernel: "mul_int8",
    run: runMulInt8,
    params: {
      ...broadcastParams(graph, op.inputs, outputId),
      aOffset: -a.zeroPoint,
      bOffset: -b.zeroPoint,
      outputZeroPoint: to.zeroPoint,
      ...toFixedPoint(
        rounding === "single"
          ? fround(fround(a.scale * b.scale) / to.scale)
          : (a.scale * b.scale) / to.scale,
      ),
      ...quantizedActivationRange(op.options.activation, output),
      singleRounding: singleRounding(rounding),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runMulInt8(params: Params, a: Int8Array, b: Int8Array, output: Int8Array): void {
  forEachRow(mulRow, params, a, b, output);
}

function mulRow(
  params: Params,
  a: Int8Array,
  aStart: number,
  aStep: number,
  b: Int8Array,
  bStart: number,
  bStep: number,
  output: Int8Array,
  outputStart: number,
  count: number,
): void {
  const { aOffset, bOffset, outputZeroPoint, multiplier, shift } = params;
  const { activationMin, activationMax, singleRounding: single } = params;
  for (let i = 0; i < count; i++) {
    const product = (a[aStart + i * aStep]! + aOffset) * (b[bStart + i * bStep]! + bOffset);
    const scaled = requantize(product, multiplier, shift, single);
    output[outputStart + i] = clamp(scaled + outputZeroPoint, activationMin, activationMax);
  }
}
