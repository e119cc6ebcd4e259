import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { scaleOnce, toFixedPoint } from "../fixed-point.ts";
import { dotProduct } from "../fully-connected/dot-product.ts";
import { perTensorOf, requireSameQuantization, tensorOfType } from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { type LoopParams, makeStep, type Step } from "../step.ts";
import { requireZeroPoints, widen, wideBiasOrZeros } from "../wide-requantization.ts";
import {
  cellBitsOf,
  cellClip,
  gateWeights,
  int16Max,
  int16Min,
  type IntegerLstmParams,
  runIntegerLstm,
} from "./integer-lstm.ts";
import { lstmGates, lstmGeometry } from "./unidirectional-sequence-lstm.ts";

export type LstmInt16Params = IntegerLstmParams & {
  readonly inputWeights: Int8Array; // [4 gates, units, depth]
  readonly bias: BigInt64Array; // [4 gates, units]
  readonly inputMultiplier: Int32Array; // [4 gates]
  /** To the right. */
  readonly inputShift: Int8Array; // [4 gates]
  readonly recurrentWeights: Int8Array; // [4 gates, units, units]
  readonly recurrentMultiplier: Int32Array; // [4 gates]
  /** To the right. */
  readonly recurrentShift: Int8Array; // [4 gates]
};

/**
 * LSTM with int16 activations, gates and cell state, and int8 weights. Sums are int64. Both profiles alike: only TensorFlow Lite
 * Micro has it.
 *
 * Source: `LstmStep`, tensorflow/lite/micro/kernels/lstm_eval.h, and `PrepareGateParametersInteger`, lstm_eval_common.cc.
 */
export function lstmInt16(op: OpOf<"unidirectional-sequence-lstm">, graph: Graph): Step {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  const outputStateId = op.inputs[18];
  const cellStateId = op.inputs[19];
  const geometry = lstmGeometry(op, graph);
  const gates = lstmGates(op);
  const input = tensorOf(graph, inputId);
  const output = tensorOfType(graph, outputId, "output", "int16");
  const stateTensor = tensorOfType(graph, outputStateId, "output state", "int16");
  requireZeroPoints(input, output);
  requireSameQuantization(stateTensor, output);
  const state = perTensorOf(stateTensor, "output state");
  const inputScale = perTensorOf(input, "input").scale;
  const fromInput = gateWeights(graph, gates.inputWeights, "input weight matrix", inputScale);
  const recurrent = "recurrent weight matrix";
  const fromState = gateWeights(graph, gates.recurrentWeights, recurrent, state.scale);
  const wideInput = widen({ ...fromInput, singleRounding: 0 }, "int64");
  const wideState = widen({ ...fromState, singleRounding: 0 }, "int64");
  const cellBits = cellBitsOf(graph, cellStateId);
  const toOutput = toFixedPoint(2 ** -30 / state.scale);
  return makeStep({
    kernel: "unidirectional_sequence_lstm_int16",
    run: runLstmInt16,
    params: {
      ...geometry,
      inputWeights: fromInput.weights,
      bias: BigInt64Array.from(
        gates.biases.flatMap((id) => [...wideBiasOrZeros(graph, id, geometry.units, ["int64"])]),
      ),
      inputMultiplier: wideInput.multiplier,
      inputShift: wideInput.shift,
      recurrentWeights: fromState.weights,
      recurrentMultiplier: wideState.multiplier,
      recurrentShift: wideState.shift,
      cellBits,
      ...cellClip(op.options.cellClip, cellBits),
      outputMultiplier: toOutput.multiplier,
      outputShift: toOutput.shift,
      outputZeroPoint: 0,
      singleRounding: 0,
    },
    reads: [inputId],
    writes: [outputStateId, cellStateId, outputId],
  });
}

function runLstmInt16(
  params: LoopParams<LstmInt16Params>,
  input: Int16Array,
  outputState: Int16Array,
  cellState: Int16Array,
  output: Int16Array,
): void {
  runIntegerLstm(gateSum, int16Min, int16Max, params, input, outputState, cellState, output);
}

/** Both parts are rescaled and limited on their own. */
function gateSum(
  params: LoopParams<LstmInt16Params>,
  gate: number,
  unit: number,
  input: Int16Array,
  inputStart: number,
  state: Int16Array,
  stateStart: number,
): number {
  const { depth, units, bias, inputWeights, inputMultiplier, inputShift } = params;
  const { recurrentWeights, recurrentMultiplier, recurrentShift } = params;
  const row = gate * units + unit;
  const fromInput = bias[row]! + dotProduct(inputWeights, row * depth, input, inputStart, depth);
  const fromState = dotProduct(recurrentWeights, row * units, state, stateStart, units);
  const scaledInput = scaleOnce(fromInput, inputMultiplier[gate]!, inputShift[gate]!);
  const scaledState = scaleOnce(fromState, recurrentMultiplier[gate]!, recurrentShift[gate]!);
  const limited = clamp(scaledInput, int16Min, int16Max);
  return clamp(limited + clamp(scaledState, int16Min, int16Max), int16Min, int16Max);
}
