import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "../broadcast.ts";
import { splitFraction } from "../fixed-point.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp, roundHalfToEven } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";

type Params = BroadcastParams &
  ActivationRange & {
    readonly aMultiplier: number;
    readonly bMultiplier: number;
    /** Half a unit, minus what the zero points of `a` and `b` contribute. */
    readonly sumOffset: number;
    readonly shift: number;
    readonly outputZeroPoint: number;
  };

/** Bits of the larger multiplier. */
const multiplierBits = 20;

/** Only ratios of scales in this range are added in this way; the others as `addInt8` does. */
export function canAddInt8Single(op: OpOf<"add">, graph: Graph): boolean {
  return scaleRatios(op, graph).every((ratio) => ratio >= 2 ** -10 && ratio < 2 ** 8);
}

/**
 * Multiplies both operands by integers, adds, and shifts: one rounding, half up.
 *
 * Source: `xnn_init_qs8_add_minmax_scalar_params`, xnnpack/src/microparams-init.c, and
 * `xnn_qs8_vadd_minmax_ukernel__scalar_u4`, xnnpack/src/qs8-vadd.
 */
export function addInt8Single(op: OpOf<"add">, graph: Graph): Step {
  const [aId, bId] = op.inputs;
  const [outputId] = op.outputs;
  const a = perTensorOf(tensorOf(graph, aId), "a");
  const b = perTensorOf(tensorOfType(graph, bId, "b", "int8"), "b");
  const output = tensorOfType(graph, outputId, "output", "int8");
  const [aRatio, bRatio] = scaleRatios(op, graph);
  const shift = multiplierBits + 1 - splitFraction(Math.max(aRatio, bRatio)).exponent;
  const aMultiplier = roundHalfToEven(aRatio * 2 ** shift);
  const bMultiplier = roundHalfToEven(bRatio * 2 ** shift);
  return makeStep({
    kernel: "add_int8_single",
    run: runAddInt8Single,
    params: {
      ...broadcastParams(graph, op.inputs, outputId),
      aMultiplier,
      bMultiplier,
      sumOffset: 2 ** (shift - 1) - aMultiplier * a.zeroPoint - bMultiplier * b.zeroPoint,
      shift,
      outputZeroPoint: perTensorOf(output, "output").zeroPoint,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runAddInt8Single(params: Params, a: Int8Array, b: Int8Array, output: Int8Array): void {
  forEachRow(addRow, params, a, b, output);
}

function addRow(
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
  { inputs: [a, b], outputs: [output] }: OpOf<"add">,
  graph: Graph,
): readonly [number, number] {
  const outputScale = perTensorOf(tensorOf(graph, output), "output").scale;
  const ratio = (id: typeof a, role: string) =>
    Math.fround(perTensorOf(tensorOf(graph, id), role).scale / outputScale);
  return [ratio(a, "a"), ratio(b, "b")];
}
