import { type Graph, type TensorId, tensorOf } from "@smidgen/graph";
import { scale, shiftRight, toFixedPoint } from "../fixed-point.ts";
import { logisticOfInt16, tanhOfInt16 } from "../fixed-point-functions.ts";
import { constantOfType, perTensorOf, requireSupported, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { logisticByTable, tanhByTable } from "../sigmoid-table.ts";
import type { LstmGeometry } from "./unidirectional-sequence-lstm.ts";

const { fround } = Math;

/** What an LSTM with gates and cell state in int16 needs besides its weights. */
export type IntegerLstmParams = LstmGeometry & {
  /** The scale of the cell state is 2^(cellBits − 15). */
  readonly cellBits: number;
  readonly cellMin: number;
  readonly cellMax: number;
  readonly outputMultiplier: number;
  readonly outputShift: number;
  readonly outputZeroPoint: number;
  readonly singleRounding: number;
};

export const int16Min = -32_768;
export const int16Max = 32_767;
/** What gates apply their function to is in Q3.12. */
const gateBits = 3;

/** What gate `gate` of a unit applies its function to, in Q3.12. */
export type GateSum<P, A> = (
  params: P,
  gate: number,
  unit: number,
  input: A,
  inputStart: number,
  state: A,
  stateStart: number,
) => number;

/**
 * Steps of an LSTM, one after another: gates in Q0.15, cell state in int16.
 *
 * Source: `LstmStep`, tensorflow/lite/micro/kernels/lstm_eval.h; with single rounding `LstmStepInteger8x8_16`,
 * tensorflow/lite/kernels/lstm_eval.cc.
 */
export function runIntegerLstm<P extends IntegerLstmParams, A extends Int8Array | Int16Array>(
  gateSum: GateSum<P, A>,
  outputMin: number,
  outputMax: number,
  params: P,
  input: A,
  outputState: A,
  cellState: Int16Array,
  output: A,
): void {
  const { batches, steps, units, cellBits, cellMin, cellMax } = params;
  const { inputBatchStride, inputStepStride, outputBatchStride, outputStepStride } = params;
  const { outputMultiplier, outputShift, outputZeroPoint, singleRounding: single } = params;
  for (let batch = 0; batch < batches; batch++) {
    const stateStart = batch * units;
    for (let step = 0; step < steps; step++) {
      const inputStart = batch * inputBatchStride + step * inputStepStride;
      const outputStart = batch * outputBatchStride + step * outputStepStride;
      for (let unit = 0; unit < units; unit++) {
        const inputSum = gateSum(params, 0, unit, input, inputStart, outputState, stateStart);
        const forgetSum = gateSum(params, 1, unit, input, inputStart, outputState, stateStart);
        const cellSum = gateSum(params, 2, unit, input, inputStart, outputState, stateStart);
        const outputSum = gateSum(params, 3, unit, input, inputStart, outputState, stateStart);
        const keep = logisticOfGate(forgetSum, single) * cellState[stateStart + unit]!;
        const add = logisticOfGate(inputSum, single) * tanhOfBits(cellSum, gateBits, single);
        const kept = divideByPowerOfTwo(keep, 15, single);
        const added = divideByPowerOfTwo(add, 15 + cellBits, single);
        const cell = clamp(kept + added, cellMin, cellMax);
        cellState[stateStart + unit] = cell;
        const hidden = tanhOfBits(cell, cellBits, single) * logisticOfGate(outputSum, single);
        const scaled = scale(hidden, outputMultiplier, outputShift);
        output[outputStart + unit] = clamp(scaled + outputZeroPoint, outputMin, outputMax);
      }
      // Until here every unit has seen the state of the step before.
      for (let unit = 0; unit < units; unit++) {
        outputState[stateStart + unit] = output[outputStart + unit]!;
      }
    }
  }
}

/** 1 / (1 + e^−x) in Q0.15. x: Q3.12. */
function logisticOfGate(x: number, single: number): number {
  return single === 0 ? logisticByTable(3 * x) : logisticOfInt16(x, gateBits);
}

/** tanh x in Q0.15. x: int16 with `bits` bits before the point. */
function tanhOfBits(x: number, bits: number, single: number): number {
  if (single !== 0) return tanhOfInt16(x, bits);
  // 3x in Q4.12; what is shifted out on the right is rounded half up.
  return tanhByTable(
    bits >= gateBits
      ? 3 * x * 2 ** (bits - gateBits)
      : (3 * x + (1 << (gateBits - bits - 1))) >> (gateBits - bits),
  );
}

/** A product of two int16 divided by a power of two; rounded half up and then half away from zero, if not once. */
function divideByPowerOfTwo(product: number, exponent: number, single: number): number {
  return single === 0
    ? clamp(scale(product, 1 << 30, 1 - exponent), int16Min, int16Max)
    : shiftRight(product, exponent);
}

/** The weights of all gates, each with a scale of its own, and how their sums are rescaled to Q3.12. */
export function gateWeights(
  graph: Graph,
  ids: readonly TensorId[],
  role: string,
  inputScale: number,
) {
  const multiplier = new Int32Array(ids.length);
  const shift = new Int8Array(ids.length);
  const weights = ids.flatMap((id, gate) => {
    const data = constantOfType(graph, id, role, "int8");
    const tensor = tensorOf(graph, id);
    const { scale: weightScale, zeroPoint } = perTensorOf(tensor, role);
    requireSupported(zeroPoint === 0, `${role} "${tensor.name}" has a zero point other than 0`);
    const fixed = toFixedPoint(fround(inputScale * weightScale) * 2 ** (15 - gateBits));
    multiplier[gate] = fixed.multiplier;
    shift[gate] = fixed.shift;
    return [...data];
  });
  return { weights: Int8Array.from(weights), multiplier, shift };
}

/** Bits before the point of the cell state, whose scale must be a power of two. */
export function cellBitsOf(graph: Graph, id: TensorId): number {
  const tensor = tensorOfType(graph, id, "cell state", "int16");
  const { scale: cellScale, zeroPoint } = perTensorOf(tensor, "cell state");
  const bits = Math.log2(cellScale) + 15;
  requireSupported(
    Number.isInteger(bits) && bits >= 0 && bits <= 6 && zeroPoint === 0,
    `cell state "${tensor.name}" has scale ${cellScale} and zero point ${zeroPoint}; the scale must be a power of two from 2⁻¹⁵ to 2⁻⁹, the zero point 0`,
  );
  return bits;
}

/** 0 clips nothing. A limit below one step of the cell state clips everything. */
export function cellClip(
  real: number,
  cellBits: number,
): Pick<IntegerLstmParams, "cellMin" | "cellMax"> {
  if (real <= 0) return { cellMin: int16Min, cellMax: int16Max };
  const limit = Math.min(Math.trunc(fround(real) / 2 ** (cellBits - 15)), int16Max);
  return { cellMin: 0 - limit, cellMax: limit };
}
