import { type Graph, type OpOf, tensorOf } from "@smidgen/graph";
import { scale, toFixedPoint } from "../fixed-point.ts";
import { foldZeroPoint } from "../fold-zero-point.ts";
import { singleRounding } from "../requantization.ts";
import {
  constantOfType,
  perTensorOf,
  requireSameQuantization,
  tensorOfType,
} from "../requirements.ts";
import { clamp } from "../rounding.ts";
import { makeStep, type Numerics, type Step } from "../step.ts";
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

const { fround } = Math;

type Lstm = OpOf<"unidirectional-sequence-lstm">;

export type LstmInt8Params = IntegerLstmParams & {
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
};

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
  runIntegerLstm(gateSum, -128, 127, params, input, outputState, cellState, output);
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

/** TensorFlow Lite takes the quantization of the output from the last intermediate result. */
function hiddenQuantization({ inputs, options }: Lstm, graph: Graph) {
  const id = options.intermediates[4] ?? inputs[18];
  const { quantization } = tensorOf(graph, id);
  return perTensorOf(tensorOf(graph, quantization === undefined ? inputs[18] : id), "output");
}
