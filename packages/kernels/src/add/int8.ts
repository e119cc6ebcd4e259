import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { type ActivationRange, quantizedActivationRange } from "../activation-range.ts";
import { type BroadcastParams, broadcastParams, forEachRow } from "../broadcast.ts";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { perTensorOf, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { addInt8Single, canAddInt8Single } from "./int8-single.ts";

type Params = BroadcastParams &
  ActivationRange & {
    /** −zeroPoint */
    readonly aOffset: number;
    readonly aMultiplier: number;
    readonly aShift: number;
    /** −zeroPoint */
    readonly bOffset: number;
    readonly bMultiplier: number;
    readonly bShift: number;
    readonly outputZeroPoint: number;
    readonly outputMultiplier: number;
    readonly outputShift: number;
  };

/** Bits that operands are shifted left by before they are rescaled, so that little is lost. */
const headroomBits = 20;

/**
 * Brings both operands to twice the larger scale, adds, and rescales: three roundings.
 *
 * Source: `AddFunc`, tensorflow/lite/kernels/internal/reference/integer_ops/add.h, and `CalculateOpDataAdd`,
 * tensorflow/lite/micro/kernels/add_common.cc.
 */
export function addInt8(op: OpOf<"add">, graph: Graph, numerics: Numerics): Step {
  if (numerics.rounding === "single" && canAddInt8Single(op, graph))
    return addInt8Single(op, graph);
  const [aId, bId] = op.inputs;
  const [outputId] = op.outputs;
  const a = perTensorOf(tensorOf(graph, aId), "a");
  const b = perTensorOf(tensorOfType(graph, bId, "b", "int8"), "b");
  const output = tensorOfType(graph, outputId, "output", "int8");
  const to = perTensorOf(output, "output");
  const commonScale = 2 * Math.max(a.scale, b.scale);
  const aFixed = toFixedPoint(a.scale / commonScale);
  const bFixed = toFixedPoint(b.scale / commonScale);
  const outputFixed = toFixedPoint(commonScale / (2 ** headroomBits * to.scale));
  return makeStep({
    kernel: "add_int8",
    run: runAddInt8,
    params: {
      ...broadcastParams(graph, op.inputs, outputId),
      aOffset: -a.zeroPoint,
      aMultiplier: aFixed.multiplier,
      aShift: aFixed.shift,
      bOffset: -b.zeroPoint,
      bMultiplier: bFixed.multiplier,
      bShift: bFixed.shift,
      outputZeroPoint: to.zeroPoint,
      outputMultiplier: outputFixed.multiplier,
      outputShift: outputFixed.shift,
      ...quantizedActivationRange(op.options.activation, output),
    },
    reads: op.inputs,
    writes: op.outputs,
  });
}

function runAddInt8(params: Params, a: Int8Array, b: Int8Array, output: Int8Array): void {
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
  const { aOffset, aMultiplier, aShift, bOffset, bMultiplier, bShift } = params;
  const { outputZeroPoint, outputMultiplier, outputShift, activationMin, activationMax } = params;
  for (let i = 0; i < count; i++) {
    const aValue = (a[aStart + i * aStep]! + aOffset) << headroomBits;
    const bValue = (b[bStart + i * bStep]! + bOffset) << headroomBits;
    const sum = scale(aValue, aMultiplier, aShift) + scale(bValue, bMultiplier, bShift);
    const scaled = scale(sum, outputMultiplier, outputShift);
    output[outputStart + i] = clamp(scaled + outputZeroPoint, activationMin, activationMax);
  }
}
