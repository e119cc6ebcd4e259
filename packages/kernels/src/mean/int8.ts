import { elementCount, type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type FixedPoint, scale, toFixedPoint } from "../fixed-point.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp, roundHalfToEven } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { type MeanGeometry, meanGeometry } from "./mean.ts";

const { fround } = Math;

type Params = MeanGeometry &
  FixedPoint & {
    /** −zeroPoint × elements per mean */
    readonly sumOffset: number;
    readonly outputZeroPoint: number;
  };

/**
 * Sums, then rescales by a multiplier that divides by the count too.
 *
 * Source: `QuantizedMeanOrSum`, tensorflow/lite/kernels/internal/reference/reduce.h.
 */
export function meanInt8(op: OpOf<"mean">, graph: Graph, { rounding }: Numerics): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", "int8");
  const from = perTensorOf(input, "input");
  const to = perTensorOf(output, "output");
  const geometry = meanGeometry(op, graph);
  const count = elementCount(input.shape) / elementCount(output.shape);
  const io = { reads: [op.inputs[0]], writes: op.outputs };
  if (rounding === "single") {
    const params = { ...geometry, ...singleScale(from, to, count) };
    return makeStep({ kernel: "mean_int8_single", run: runMeanInt8Single, params, ...io });
  }
  const params = {
    ...geometry,
    sumOffset: -from.zeroPoint * count,
    ...dividedBy(toFixedPoint(from.scale / to.scale), count),
    outputZeroPoint: to.zeroPoint,
  };
  return makeStep({ kernel: "mean_int8", run: runMeanInt8, params, ...io });
}

function runMeanInt8(params: Params, input: Int8Array, output: Int8Array): void {
  const { keptExtents, keptSteps, sumOffset, multiplier, shift, outputZeroPoint } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const sum = sumAt(params, input, i * keptSteps[0]! + j * keptSteps[1]!);
      const scaled = scale((sum + sumOffset) | 0, multiplier, shift);
      output[next++] = clamp(scaled + outputZeroPoint, -128, 127);
    }
  }
}

function sumAt(
  { reducedExtents, reducedSteps }: MeanGeometry,
  input: Int8Array,
  start: number,
): number {
  let sum = 0;
  for (let k = 0; k < reducedExtents[0]!; k++) {
    let element = start + k * reducedSteps[0]!;
    for (let l = 0; l < reducedExtents[1]!; l++) {
      sum = (sum + input[element]!) | 0;
      element += reducedSteps[1]!;
    }
  }
  return sum;
}

/** The multiplier is shifted left as far as the division shrinks it, and then divided without rounding. */
function dividedBy({ multiplier, shift }: FixedPoint, count: number): FixedPoint {
  const bits = Math.min(Math.floor(Math.log2(count)), 32, 31 + shift);
  return {
    multiplier: Number((BigInt(multiplier) << BigInt(bits)) / BigInt(count)),
    shift: shift - bits,
  };
}

type SingleParams = MeanGeometry & {
  /** input scale / output scale / elements per mean */
  readonly scale: number;
  /** The output's zero point, minus what the input's contributes; a fraction. */
  readonly outputOffset: number;
};

/**
 * Rescales the sum in float32 and rounds half to even.
 *
 * Source: `reshape_reduce_nd`, xnnpack/src/operators/reduce-nd.c, and `quantize`, xnnpack/src/xnnpack/reference-utils.h.
 */
function runMeanInt8Single(params: SingleParams, input: Int8Array, output: Int8Array): void {
  const { keptExtents, keptSteps, scale: realScale, outputOffset } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const sum = sumAt(params, input, i * keptSteps[0]! + j * keptSteps[1]!);
      const mean = fround(fround(fround(sum) * realScale) + outputOffset);
      output[next++] = clamp(roundHalfToEven(mean), -128, 127);
    }
  }
}

function singleScale(
  from: { readonly scale: number; readonly zeroPoint: number },
  to: { readonly scale: number; readonly zeroPoint: number },
  count: number,
): Omit<SingleParams, keyof MeanGeometry> {
  const realScale = fround(fround(from.scale / to.scale) * fround(1 / count));
  const contribution = fround(fround(count * from.zeroPoint) * realScale);
  return { scale: realScale, outputOffset: fround(to.zeroPoint - contribution) };
}
