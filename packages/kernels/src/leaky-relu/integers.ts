import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { lookupInt8 } from "../lookup.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp, roundHalfToEven } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";

const { fround } = Math;

type Params = {
  readonly count: number;
  readonly inputZeroPoint: number;
  readonly outputZeroPoint: number;
  /** For values that are not negative. */
  readonly multiplier: number;
  readonly shift: number;
  /** For negative values, times the sign of alpha. */
  readonly alphaMultiplier: number;
  readonly alphaShift: number;
  readonly alphaSign: number;
  readonly outputMin: number;
  readonly outputMax: number;
};

/**
 * Rescales by one of two multipliers; int8 by a table. Alpha may have any sign.
 *
 * Source: `CalculateOpDataLeakyRelu`, tensorflow/lite/micro/kernels/leaky_relu_common.cc, whose products and quotients of
 * scales are float32, and `QuantizeLeakyRelu`, tensorflow/lite/kernels/internal/reference/leaky_relu.h.
 * C twin: leaky_relu_int16.h.
 */
export function leakyReluIntegers(
  op: OpOf<"leaky-relu">,
  graph: Graph,
  { rounding }: Numerics,
): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  const from = perTensorOf(input, "input");
  const to = perTensorOf(output, "output");
  const alpha = fround(op.options.alpha);
  const positive = fround(from.scale / to.scale);
  if (rounding === "single" && input.type === "int8") {
    const negative = fround(positive * alpha);
    if (isShortMultiplier(positive) && isShortMultiplier(negative))
      return leakyReluShort(op, graph, positive, negative);
  }
  const fixed = toFixedPoint(positive);
  const alphaFixed = toFixedPoint(Math.abs(fround(fround(from.scale * alpha) / to.scale)));
  const [outputMin, outputMax] = storedRange(output);
  const params: Params = {
    count: elementCount(input.shape),
    inputZeroPoint: from.zeroPoint,
    outputZeroPoint: to.zeroPoint,
    multiplier: fixed.multiplier,
    shift: fixed.shift,
    alphaMultiplier: alphaFixed.multiplier,
    alphaShift: alphaFixed.shift,
    alphaSign: alpha < 0 ? -1 : 1,
    outputMin,
    outputMax,
  };
  if (input.type === "int8") return lookupInt8(op, graph, (stored) => leakyRelu(params, stored));
  return makeStep({
    kernel: "leaky_relu_int16",
    run: runLeakyReluInt16,
    params,
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runLeakyReluInt16(params: Params, input: Int16Array, output: Int16Array): void {
  const { count, outputMin, outputMax } = params;
  for (let i = 0; i < count; i++)
    output[i] = clamp(leakyRelu(params, input[i]!), outputMin, outputMax);
}

function leakyRelu(params: Params, stored: number): number {
  const { inputZeroPoint, outputZeroPoint } = params;
  const { multiplier, shift, alphaMultiplier, alphaShift, alphaSign } = params;
  const value = stored - inputZeroPoint;
  return value >= 0
    ? outputZeroPoint + scale(value, multiplier, shift)
    : outputZeroPoint + alphaSign * scale(value, alphaMultiplier, alphaShift);
}

/** Whether 16 bits, 8 of them fractional, are enough. */
function isShortMultiplier(real: number): boolean {
  return Math.abs(real) >= 2 ** -8 && real <= 2 ** 7 && real >= -127.996_093_75;
}

/**
 * Multipliers of 8 fractional bits, rounded half up: what single rounding means here.
 *
 * Source: `xnn_init_qs8_lrelu_scalar_params`, xnnpack/src/microparams-init.c, and
 * `xnn_qs8_vlrelu_ukernel__scalar_select_u1`, xnnpack/src/qs8-vlrelu.
 */
function leakyReluShort(
  op: OpOf<"leaky-relu">,
  graph: Graph,
  positive: number,
  negative: number,
): Step {
  const from = perTensorOf(tensorOf(graph, op.inputs[0]), "input");
  const to = perTensorOf(tensorOf(graph, op.outputs[0]), "output");
  const positiveMultiplier = roundHalfToEven(256 * positive);
  const negativeMultiplier = roundHalfToEven(256 * negative);
  return lookupInt8(op, graph, (stored) => {
    const value = stored - from.zeroPoint;
    const product = value * (value >= 0 ? positiveMultiplier : negativeMultiplier);
    return ((product + 128) >> 8) + to.zeroPoint;
  });
}
