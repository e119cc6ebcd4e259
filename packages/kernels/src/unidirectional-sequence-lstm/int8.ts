import { type Graph, type OpOf, type TensorId, tensorOf } from "@smidgen/graph";
import { scale, shiftRight, toFixedPoint } from "../fixed-point.ts";
import { logisticOfInt16, tanhOfInt16 } from "../fixed-point-functions.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { singleRounding } from "../requantization.ts";
import {
  constantOfType,
  perTensorOf,
  requireSameQuantization,
  requireSupported,
  tensorOfType,
} from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { logisticByTable, tanhByTable } from "../sigmoid-table.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
import { type LstmGeometry, lstmGates, lstmGeometry } from "./unidirectional-sequence-lstm.ts";

const { fround } = Math;

type Lstm = OpOf<"unidirectional-sequence-lstm">;

export type LstmInt8Params = LstmGeometry & {
  readonly inputWeights: Int8Array; // [4 gates, units, depth]
  /** bias − inputZeroPoint · Σ inputWeights */
  readonly inputBias: Int32Array; // [4 gates, units]
  readonly inputMultiplier: Int32Array; // [4 gates]
  readonly inputShift: Int8Array; // [4 gates]
  readonly recurrentWeights: Int8Array; // [4 gates, units, units]
  /** −outputZeroPoint · Σ recurrentWeights */
  readonly recurrentBias: Int32Array; // [4 gates, units]
  readonly recurrentMultiplier: Int32Array; // [4 gates]
  readonly recurrentShift: Int8Array; // [4 gates]
  /** The scale of the cell state is 2^(cellBits − 15). */
  readonly cellBits: number;
  readonly cellMin: number;
  readonly cellMax: number;
  readonly outputMultiplier: number;
  readonly outputShift: number;
  readonly outputZeroPoint: number;
  readonly singleRounding: number;
};

const int16Min = -32_768;
const int16Max = 32_767;
/** What gates apply their function to is in Q3.12. */
const gateBits = 3;

/**
 * LSTM with int8 activations and weights, gates and cell state in int16.
 *
 * The gates' functions come from a table; with single rounding from polynomials, as in TensorFlow Lite, which also
 * rounds each product of int16 once.
 *
 * Source: `LstmStep`, tensorflow/lite/micro/kernels/lstm_eval.h, and `PrepareGateParametersInteger`, lstm_eval_common.cc;
 * with single rounding `LstmStepInteger8x8_16`, tensorflow/lite/kernels/lstm_eval.cc.
 */
export function lstmInt8(op: Lstm, graph: Graph, { rounding }: Numerics): Step {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  const outputStateId = op.inputs[18];
  const cellStateId = op.inputs[19];
  const geometry = lstmGeometry(op, graph);
  const gates = lstmGates(op);
  const input = perTensorOf(tensorOf(graph, inputId), "input");
  const stateTensor = tensorOfType(graph, outputStateId, "output state", "int8");
  requireSameQuantization(stateTensor, tensorOfType(graph, outputId, "output", "int8"));
  const state = perTensorOf(stateTensor, "output state");
  const hidden = rounding === "single" ? hiddenQuantization(op, graph) : state;
  const fromInput = gateWeights(graph, gates.inputWeights, "input weight matrix", input.scale);
  const fromState = gateWeights(
    graph,
    gates.recurrentWeights,
    "recurrent weight matrix",
    state.scale,
  );
  const bias = gates.biases.flatMap((id) => [...constantOfType(graph, id, "bias", "int32")]);
  const cellBits = cellBitsOf(graph, cellStateId);
  const clip = cellClip(op.options.cellClip, cellBits);
  const product = 2 ** -30 / hidden.scale;
  const toOutput = toFixedPoint(rounding === "single" ? fround(product) : product);
  return makeStep({
    kernel: "unidirectional_sequence_lstm_int8",
    run: runLstmInt8,
    params: {
      ...geometry,
      inputWeights: fromInput.weights,
      inputBias: foldZeroPoint(Int32Array.from(bias), fromInput.weights, input.zeroPoint),
      inputMultiplier: fromInput.multiplier,
      inputShift: fromInput.shift,
      recurrentWeights: fromState.weights,
      recurrentBias: foldZeroPoint(
        new Int32Array(4 * geometry.units),
        fromState.weights,
        state.zeroPoint,
      ),
      recurrentMultiplier: fromState.multiplier,
      recurrentShift: fromState.shift,
      cellBits,
      ...clip,
      outputMultiplier: toOutput.multiplier,
      outputShift: toOutput.shift,
      outputZeroPoint: hidden.zeroPoint,
      singleRounding: singleRounding(rounding),
    },
    reads: [inputId],
    writes: [outputStateId, cellStateId, outputId],
  });
}

function runLstmInt8(
  params: LstmInt8Params,
  input: Int8Array,
  outputState: Int8Array,
  cellState: Int16Array,
  output: Int8Array,
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
        output[outputStart + unit] = clamp(scaled + outputZeroPoint, -128, 127);
      }
      // Until here every unit has seen the state of the step before.
      for (let unit = 0; unit < units; unit++) {
        outputState[stateStart + unit] = output[outputStart + unit]!;
      }
    }
  }
}

/** What a gate applies its function to, in Q3.12. Both parts are rescaled on their own. */
function gateSum(
  params: LstmInt8Params,
  gate: number,
  unit: number,
  input: Int8Array,
  inputStart: number,
  state: Int8Array,
  stateStart: number,
): number {
  const { depth, units, inputWeights, inputBias, inputMultiplier, inputShift } = params;
  const { recurrentWeights, recurrentBias, recurrentMultiplier, recurrentShift } = params;
  const row = gate * units + unit;
  let fromInput = inputBias[row]!;
  for (let i = 0; i < depth; i++) {
    fromInput = (fromInput + inputWeights[row * depth + i]! * input[inputStart + i]!) | 0;
  }
  let fromState = recurrentBias[row]!;
  for (let i = 0; i < units; i++) {
    fromState = (fromState + recurrentWeights[row * units + i]! * state[stateStart + i]!) | 0;
  }
  const scaledInput = scale(fromInput, inputMultiplier[gate]!, inputShift[gate]!);
  const scaledState = scale(fromState, recurrentMultiplier[gate]!, recurrentShift[gate]!);
  const limited = clamp(scaledInput, int16Min, int16Max);
  // With single rounding the second part is not limited on its own.
  const other = params.singleRounding === 0 ? clamp(scaledState, int16Min, int16Max) : scaledState;
  return clamp(limited + other, int16Min, int16Max);
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
function gateWeights(graph: Graph, ids: readonly TensorId[], role: string, inputScale: number) {
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
function cellBitsOf(graph: Graph, id: TensorId): number {
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
function cellClip(real: number, cellBits: number): Pick<LstmInt8Params, "cellMin" | "cellMax"> {
  if (real <= 0) return { cellMin: int16Min, cellMax: int16Max };
  const limit = Math.min(Math.trunc(fround(real) / 2 ** (cellBits - 15)), int16Max);
  return { cellMin: 0 - limit, cellMax: limit };
}

/** TensorFlow Lite takes the quantization of the output from the last intermediate result. */
function hiddenQuantization({ inputs, options }: Lstm, graph: Graph) {
  const id = options.intermediates[4] ?? inputs[18];
  const { quantization } = tensorOf(graph, id);
  return perTensorOf(tensorOf(graph, quantization === undefined ? inputs[18] : id), "output");
}
