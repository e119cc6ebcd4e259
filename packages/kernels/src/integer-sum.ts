import { type Graph, type OpOf, type TensorId, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "./activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "./broadcast.ts";
import { scale, toFixedPoint } from "./fixed-point.ts";
import { perTensorOf, requireSupported, tensorOfType } from "./requirements.ts";
import { clampSum } from "./rounding.ts";
import { makeStep, type Step } from "./step.ts";

/** What adds or subtracts two operands. */
export type SumOp = OpOf<"add"> | OpOf<"sub">;

export interface SumArithmetic {
  /** 1 adds b, −1 subtracts it. */
  readonly bSign: 1 | -1;
  /** How a scale is divided by another: reference kernels differ in what they round. */
  readonly quotient: (dividend: number, divisor: number) => number;
}

type Params = BroadcastParams &
  ActivationRange & {
    /** Bits that operands are shifted left by before they are rescaled, so that little is lost. */
    readonly headroomBits: number;
    /** −zeroPoint */
    readonly aOffset: number;
    readonly aMultiplier: number;
    readonly aShift: number;
    /** −zeroPoint */
    readonly bOffset: number;
    readonly bMultiplier: number;
    readonly bShift: number;
    readonly bSign: number;
    readonly outputZeroPoint: number;
    readonly outputMultiplier: number;
    readonly outputShift: number;
  };

type Elements = Int8Array | Int16Array;

/**
 * Brings two operands of int8 or int16 to twice the larger scale, adds, and rescales: three roundings.
 *
 * Source: `AddFunc`, tensorflow/lite/kernels/internal/reference/integer_ops/add.h, `AddElementwise`, reference/add.h, and
 * `SubElementwise`, reference/sub.h. C twin: integer_sum.h.
 */
export function integerSum(op: SumOp, graph: Graph, { bSign, quotient }: SumArithmetic): Step {
  const { a, b, output } = sumOperands(op, graph);
  const from = { a: perTensorOf(a, "a"), b: perTensorOf(b, "b") };
  const to = perTensorOf(output, "output");
  const headroomBits = output.type === "int16" ? 15 : 20;
  const commonScale = 2 * Math.max(from.a.scale, from.b.scale);
  const outputReal = quotient(commonScale, 2 ** headroomBits * to.scale);
  requireSupported(
    outputReal < 1,
    `output "${output.name}" has scale ${to.scale}, which is too small for inputs of scale ${from.a.scale} and ${from.b.scale}`,
    `The output's scale must be greater than the larger input scale divided by ${2 ** (headroomBits - 1)}.`,
  );
  const aFixed = toFixedPoint(quotient(from.a.scale, commonScale));
  const bFixed = toFixedPoint(quotient(from.b.scale, commonScale));
  const outputFixed = toFixedPoint(outputReal);
  return makeStep({
    kernel: `sum_${output.type}`,
    run: runIntegerSum,
    params: {
      ...broadcastParams(graph, op.inputs, op.outputs[0]),
      headroomBits,
      aOffset: 0 - from.a.zeroPoint,
      aMultiplier: aFixed.multiplier,
      aShift: aFixed.shift,
      bOffset: 0 - from.b.zeroPoint,
      bMultiplier: bFixed.multiplier,
      bShift: bFixed.shift,
      bSign,
      outputZeroPoint: to.zeroPoint,
      outputMultiplier: outputFixed.multiplier,
      outputShift: outputFixed.shift,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

/** Both operands and the result, all of the type of the first. */
export function sumOperands({ inputs, outputs }: SumOp, graph: Graph) {
  const a = tensorOf(graph, inputs[0]);
  const sameType = (id: TensorId, role: string) => tensorOfType(graph, id, role, a.type);
  return { a, b: sameType(inputs[1], "b"), output: sameType(outputs[0], "output") };
}

function runIntegerSum(params: Params, a: Elements, b: Elements, output: Elements): void {
  forEachRow(sumRow, params, a, b, output);
}

function sumRow(
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
  const { headroomBits, aOffset, aMultiplier, aShift, bOffset, bMultiplier, bShift, bSign } =
    params;
  const { outputZeroPoint, outputMultiplier, outputShift, activationMin, activationMax } = params;
  for (let i = 0; i < count; i++) {
    const aValue = (a[aStart + i * aStep]! + aOffset) << headroomBits;
    const bValue = (b[bStart + i * bStep]! + bOffset) << headroomBits;
    const sum =
      scale(aValue, aMultiplier, aShift) + Math.imul(bSign, scale(bValue, bMultiplier, bShift));
    const scaled = scale(sum, outputMultiplier, outputShift);
    output[outputStart + i] = clampSum(scaled + outputZeroPoint, activationMin, activationMax);
  }
}
