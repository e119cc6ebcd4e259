import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { storedRange } from "../activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "../broadcast.ts";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";

type Params = BroadcastParams & {
  /** −zeroPoint */
  readonly inputOffset: number;
  /** −zeroPoint */
  readonly alphaOffset: number;
  /** For values that are not negative. */
  readonly multiplier: number;
  readonly shift: number;
  /** For products of negative values with alpha. */
  readonly alphaMultiplier: number;
  readonly alphaShift: number;
  readonly outputZeroPoint: number;
  readonly outputMin: number;
  readonly outputMax: number;
};

type Elements = Int8Array | Int16Array;

/**
 * input int8 or int16, alpha int8, broadcast.
 *
 * Source: `CalculatePreluParams`, tensorflow/lite/micro/kernels/prelu_common.cc, and `BroadcastPrelu4DSlow`,
 * tensorflow/lite/kernels/internal/reference/prelu.h. C twin: prelu.h.
 */
export function preluIntegers(op: OpOf<"prelu">, graph: Graph): Step {
  const [inputId, alphaId] = op.inputs;
  const input = tensorOf(graph, inputId);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  const from = perTensorOf(input, "input");
  const slope = perTensorOf(tensorOfType(graph, alphaId, "alpha", "int8"), "alpha");
  const to = perTensorOf(output, "output");
  const fixed = toFixedPoint(from.scale / to.scale);
  const alphaFixed = toFixedPoint((from.scale * slope.scale) / to.scale);
  const [outputMin, outputMax] = storedRange(output);
  return makeStep({
    kernel: `prelu_${input.type}`,
    run: runPrelu,
    params: {
      ...broadcastParams(graph, op.inputs, op.outputs[0]),
      inputOffset: 0 - from.zeroPoint,
      alphaOffset: 0 - slope.zeroPoint,
      multiplier: fixed.multiplier,
      shift: fixed.shift,
      alphaMultiplier: alphaFixed.multiplier,
      alphaShift: alphaFixed.shift,
      outputZeroPoint: to.zeroPoint,
      outputMin,
      outputMax,
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runPrelu(params: Params, input: Elements, alpha: Elements, output: Elements): void {
  forEachRow(preluRow, params, input, alpha, output);
}

function preluRow(
  params: Params,
  input: Elements,
  inputStart: number,
  inputStep: number,
  alpha: Elements,
  alphaStart: number,
  alphaStep: number,
  output: Elements,
  outputStart: number,
  count: number,
): void {
  const { inputOffset, alphaOffset, multiplier, shift, alphaMultiplier, alphaShift } = params;
  const { outputZeroPoint, outputMin, outputMax } = params;
  for (let i = 0; i < count; i++) {
    const value = input[inputStart + i * inputStep]! + inputOffset;
    const scaled =
      value >= 0
        ? scale(value, multiplier, shift)
        : scale(
            value * (alpha[alphaStart + i * alphaStep]! + alphaOffset),
            alphaMultiplier,
            alphaShift,
          );
    output[outputStart + i] = clamp(scaled + outputZeroPoint, outputMin, outputMax);
  }
}
