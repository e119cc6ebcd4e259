import { type Graph, type Quantization, tensorOf } from "@smidgen/graph";
import { storedRange } from "./activation-range.ts";
import { type FixedPoint, scale, toFixedPoint } from "./fixed-point.ts";
import {
  elementsPerOutput,
  type ReductionGeometry,
  reductionGeometry,
  type ReductionOp,
} from "./reduction.ts";
import { perTensorOf, tensorOfType } from "./requirements.ts";
import { clamp, roundHalfToEven } from "./rounding.ts";
import { makeStep, type Numerics, type Step } from "./step.ts";

const { fround } = Math;

type Params = ReductionGeometry &
  FixedPoint & {
    /** −zeroPoint × elements per sum */
    readonly sumOffset: number;
    readonly outputZeroPoint: number;
    readonly outputMin: number;
    readonly outputMax: number;
  };

type Elements = Int8Array | Int16Array;

/**
 * Sums of int8 or int16 along some dimensions, divided by a number: the multiplier that rescales divides too.
 *
 * A sum outside int32 wraps.
 * Source: `QuantizedMeanOrSum`, tensorflow/lite/kernels/internal/reference/reduce.h. C twin: reduce_sum.h.
 */
export function reduceSumIntegers(
  op: ReductionOp,
  graph: Graph,
  divisor: number,
  { rounding }: Numerics,
): Step {
  const input = tensorOf(graph, op.inputs[0]);
  const output = tensorOfType(graph, op.outputs[0], "output", input.type);
  const from = perTensorOf(input, "input");
  const to = perTensorOf(output, "output");
  const geometry = reductionGeometry(op, graph);
  const count = elementsPerOutput(op, graph);
  const io = { reads: [op.inputs[0]], writes: op.outputs };
  if (rounding === "single" && input.type === "int8") {
    const params = { ...geometry, ...singleScale(from, to, count, divisor) };
    return makeStep({ kernel: "reduce_sum_int8_single", run: runReduceSumSingle, params, ...io });
  }
  const [outputMin, outputMax] = storedRange(output);
  const params = {
    ...geometry,
    sumOffset: 0 - from.zeroPoint * count,
    ...dividedBy(toFixedPoint(from.scale / to.scale), divisor),
    outputZeroPoint: to.zeroPoint,
    outputMin,
    outputMax,
  };
  return makeStep({ kernel: `reduce_sum_${input.type}`, run: runReduceSum, params, ...io });
}

function runReduceSum(params: Params, input: Elements, output: Elements): void {
  const { keptExtents, keptSteps, sumOffset, multiplier, shift } = params;
  const { outputZeroPoint, outputMin, outputMax } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const sum = sumAt(params, input, i * keptSteps[0]! + j * keptSteps[1]!);
      const scaled = scale((sum + sumOffset) | 0, multiplier, shift);
      output[next++] = clamp(scaled + outputZeroPoint, outputMin, outputMax);
    }
  }
}

function sumAt(
  { reducedExtents, reducedSteps }: ReductionGeometry,
  input: Elements,
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
function dividedBy({ multiplier, shift }: FixedPoint, divisor: number): FixedPoint {
  const bits = Math.min(31 - Math.clz32(divisor), 31 + shift);
  return {
    multiplier: Number((BigInt(multiplier) << BigInt(bits)) / BigInt(divisor)),
    shift: shift - bits,
  };
}

type SingleParams = ReductionGeometry & {
  /** input scale / output scale / divisor */
  readonly scale: number;
  /** The output's zero point, minus what the input's contributes; a fraction. */
  readonly outputOffset: number;
};

/**
 * Rescales the sum in float32 and rounds half to even.
 *
 * Source: `reshape_reduce_nd`, xnnpack/src/operators/reduce-nd.c, and `quantize`, xnnpack/src/xnnpack/reference-utils.h.
 */
function runReduceSumSingle(params: SingleParams, input: Int8Array, output: Int8Array): void {
  const { keptExtents, keptSteps, scale: realScale, outputOffset } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const sum = sumAt(params, input, i * keptSteps[0]! + j * keptSteps[1]!);
      const rescaled = fround(fround(fround(sum) * realScale) + outputOffset);
      output[next++] = clamp(roundHalfToEven(rescaled), -128, 127);
    }
  }
}

type PerTensor = Extract<Quantization, { readonly kind: "per-tensor" }>;

function singleScale(
  from: PerTensor,
  to: PerTensor,
  count: number,
  divisor: number,
): Omit<SingleParams, keyof ReductionGeometry> {
  const realScale = fround(fround(from.scale / to.scale) * fround(1 / divisor));
  const contribution = fround(fround(count * from.zeroPoint) * realScale);
  return { scale: realScale, outputOffset: fround(to.zeroPoint - contribution) };
}
