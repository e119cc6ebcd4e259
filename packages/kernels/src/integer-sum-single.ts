import { type Graph, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "./activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "./broadcast.ts";
import { splitFraction } from "./fixed-point.ts";
import { type SumOp, sumOperands } from "./integer-sum.ts";
import { perTensorOf } from "./requirements.ts";
import { clamp, roundHalfToEven } from "./rounding.ts";
import { makeStep, type Step } from "./step.ts";

type Params = BroadcastParams &
  ActivationRange & {
    readonly aMultiplier: number;
    /** Negative if b is subtracted. */
    readonly bMultiplier: number;
    /** Half a unit, minus what the zero points of `a` and `b` contribute. */
    readonly sumOffset: number;
    readonly shift: number;
    readonly outputZeroPoint: number;
  };

/** Bits of the larger multiplier. */
const multiplierBits = 20;

/** Only int8 with ratios of scales in this range is added in this way; the rest as `integerSum` does. */
export function canSumSingle(op: SumOp, graph: Graph): boolean {
  const { a, output } = sumOperands(op, graph);
  if (a.type !== "int8" || output.quantization === undefined) return false;
  return scaleRatios(op, graph).every((ratio) => ratio >= 2 ** -10 && ratio < 2 ** 8);
}

/**
 * Multiplies both operands of int8 by integers, adds, and shifts: one rounding, half up.
 *
 * Source: `xnn_init_qs8_add_minmax_scalar_params`, xnnpack/src/microparams-init.c,
 * `xnn_qs8_vadd_minmax_ukernel__scalar_u4`, xnnpack/src/qs8-vadd, and for the sign `init_qs8_sub`,
 * xnnpack/src/operators/binary-elementwise-nd.c. C twin: integer_sum_single.h.
 */
export function integerSumSingle(op: SumOp, graph: Graph, bSign: 1 | -1): Step {
  const { a, b, output } = sumOperands(op, graph);
  const [aRatio, bRatio] = scaleRatios(op, graph);
  const shift = multiplierBits + 1 - splitFraction(Math.max(aRatio, bRatio)).exponent;
  const aMultiplier = roundHalfToEven(aRatio * 2 ** shift);
  const bMultiplier = bSign * roundHalfToEven(bRatio * 2 ** shift);
  const zeros =
    aMultiplier * perTensorOf(a, "a").zeroPoint + bMultiplier * perTensorOf(b, "b").zeroPoint;
  return makeStep({
    kernel: "sum_int8_single",
    run: runIntegerSumSingle,
    params: {
      ...broadcastParams(graph, op.inputs, op.outputs[0]),
      aMultiplier,
      bMultiplier,
      sumOffset: 2 ** (shift - 1) - zeros,
      shift,
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runIntegerSumSingle(params: Params, a: Int8Array, b: Int8Array, output: Int8Array): void {
  forEachRow(sumRow, params, a, b, output);
}

function sumRow(
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
  const { aMultiplier, bMultiplier, sumOffset, shift } = params;
  const { outputZeroPoint, activationMin, activationMax } = params;
  for (let i = 0; i < count; i++) {
    const sum =
      (sumOffset + a[aStart + i * aStep]! * aMultiplier + b[bStart + i * bStep]! * bMultiplier) | 0;
    output[outputStart + i] = clamp((sum >> shift) + outputZeroPoint, activationMin, activationMax);
  }
}

/** Scale of each operand / output scale, in float32. */
function scaleRatios(
  { inputs: [a, b], outputs: [output] }: SumOp,
  graph: Graph,
): readonly [number, number] {
  const outputScale = perTensorOf(tensorOf(graph, output), "output").scale;
  const ratio = (id: typeof a, role: string) =>
    Math.fround(perTensorOf(tensorOf(graph, id), role).scale / outputScale);
  return [ratio(a, "a"), ratio(b, "b")];
}
