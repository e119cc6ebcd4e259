import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "../broadcast.ts";
import { type FixedPoint, toFixedPoint } from "../fixed-point.ts";
import { requantize, singleRounding } from "../requantization.ts";
import { perTensorOf, requireSupported, tensorOfType } from "../requirements.ts";
import { clampSum } from "../rounding.ts";
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

type Elements = Int8Array | Int16Array;

/**
 * Products of int8, or of int16 with zero points 0.
 *
 * Source: `MulElementwise`, tensorflow/lite/kernels/internal/reference/integer_ops/mul.h, and `CalculateOpDataMul`,
 * tensorflow/lite/micro/kernels/mul_common.cc; with single rounding `xnn_init_qs8_mul_minmax_scalar_params`,
 * xnnpack/src/microparams-init.c, and `Prepare`, tflite/kernels/mul.cc of google-ai-edge/LiteRT. C twin: mul.h.
 */
export function mulIntegers(op: OpOf<"mul">, graph: Graph, numerics: Numerics): Step {
  const [aId, bId] = op.inputs;
  const [outputId] = op.outputs;
  const { type } = tensorOf(graph, aId);
  const a = perTensorOf(tensorOf(graph, aId), "a");
  const b = perTensorOf(tensorOfType(graph, bId, "b", type), "b");
  const output = tensorOfType(graph, outputId, "output", type);
  const to = perTensorOf(output, "output");
  const zeroPoints = [a, b, to].map(({ zeroPoint }) => zeroPoint);
  requireSupported(
    type === "int8" || zeroPoints.every((zeroPoint) => zeroPoint === 0),
    `zero points are ${zeroPoints.join(", ")}; with int16 they must be 0`,
  );
  // Only int8 is multiplied by XNNPACK; for int16, too, LiteRT has the quotient of scales in float32.
  const rounding = type === "int8" ? numerics.rounding : "double";
  return makeStep({
    kernel: `mul_${type}`,
    run: runMul,
    params: {
      ...broadcastParams(graph, op.inputs, outputId),
      aOffset: 0 - a.zeroPoint,
      bOffset: 0 - b.zeroPoint,
      outputZeroPoint: to.zeroPoint,
      ...toFixedPoint(
        numerics.rounding === "single"
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

function runMul(params: Params, a: Elements, b: Elements, output: Elements): void {
  forEachRow(mulRow, params, a, b, output);
}

function mulRow(
  params: Params,
  a: Elements,
  aStart: number,
  aStep: number,
  b: Elements,
  bStart: number,
  bStep: number,
  output: Elements,
  outputStart: number,
  count: number,
): void {
  const { aOffset, bOffset, outputZeroPoint, multiplier, shift } = params;
  const { activationMin, activationMax, singleRounding: single } = params;
  for (let i = 0; i < count; i++) {
    const product = (a[aStart + i * aStep]! + aOffset) * (b[bStart + i * bStep]! + bOffset);
    const scaled = requantize(product, multiplier, shift, single);
    output[outputStart + i] = clampSum(scaled + outputZeroPoint, activationMin, activationMax);
  }
}
