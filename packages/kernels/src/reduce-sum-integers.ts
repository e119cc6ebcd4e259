import { type Graph, type OpOf, type Quantization, tensorOf } from "@smidgen/graph";
import { storedRange } from "./activation-range.ts";
import { type FixedPoint, scale, toFixedPoint } from "./fixed-point.ts";
import { elementsPerOutput, type ReductionGeometry, reductionGeometry } from "./reduction.ts";
import { perTensorOf, tensorOfType } from "./requirements.ts";
import { clamp, roundHalfAwayFromZero, roundHalfToEven } from "./rounding.ts";
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
  op: OpOf<"mean" | "sum">,
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
  const [outputMin, outputMax] = storedRange(output);
  // Means of int16 are rescaled in integers there, too.
  if (rounding === "single" && (input.type === "int8" || op.kind === "sum")) {
    const halvesToEven = input.type === "int8" ? 1 : 0;
    const rescaling = singleScale(from, to, count, divisor);
    return makeStep({
      kernel: `reduce_sum_${input.type}_single`,
      run: runReduceSumSingle,
      params: { ...geometry, ...rescaling, halvesToEven, outputMin, outputMax },
      ...io,
    });
  }
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
  /** 1, or 0: away from zero. */
  readonly halvesToEven: number;
  readonly outputMin: number;
  readonly outputMax: number;
};

/**
 * Rescales the sum in float32 and rounds once: int8 half to even, int16, whose zero points are 0, half away from zero.
 *
 * Source: `reshape_reduce_nd`, xnnpack/src/operators/reduce-nd.c, and `quantize`, xnnpack/src/xnnpack/reference-utils.h;
 * of int16 `QuantizedMeanOrSum`, tflite/kernels/internal/optimized/reduce.h of google-ai-edge/LiteRT.
 */
function runReduceSumSingle(params: SingleParams, input: Elements, output: Elements): void {
  const { keptExtents, keptSteps, scale: realScale, outputOffset } = params;
  const { halvesToEven, outputMin, outputMax } = params;
  let next = 0;
  for (let i = 0; i < keptExtents[0]!; i++) {
    for (let j = 0; j < keptExtents[1]!; j++) {
      const sum = sumAt(params, input, i * keptSteps[0]! + j * keptSteps[1]!);
      const rescaled = fround(fround(fround(sum) * realScale) + outputOffset);
      const rounded =
        halvesToEven === 1 ? roundHalfToEven(rescaled) : roundHalfAwayFromZero(rescaled);
      output[next++] = clamp(rounded, outputMin, outputMax);
    }
  }
}

type PerTensor = Extract<Quantization, { readonly kind: "per-tensor" }>;

function singleScale(
  from: PerTensor,
  to: PerTensor,
  count: number,
  divisor: number,
): Pick<SingleParams, "scale" | "outputOffset"> {
  const realScale = fround(fround(from.scale / to.scale) * fround(1 / divisor));
  const contribution = fround(fround(count * from.zeroPoint) * realScale);
  return { scale: realScale, outputOffset: fround(to.zeroPoint - contribution) };
}
