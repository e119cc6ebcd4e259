import type { Graph, OpOf, TensorId } from "@smidgen/graph";
import { float32ActivationRange } from "../activation-range.ts";
import { logistic } from "../logistic/float32.ts";
import { constantOfType, tensorOfType } from "../requirements.ts";
import { clampReal } from "../rounding.ts";
import { makeStep, type Step } from "../step.ts";
import { type LstmGeometry, lstmGates, lstmGeometry } from "./unidirectional-sequence-lstm.ts";

const { fround, tanh } = Math;

type Params = LstmGeometry & {
  readonly inputWeights: Float32Array; // [4 gates, units, depth]
  readonly recurrentWeights: Float32Array; // [4 gates, units, units]
  readonly bias: Float32Array; // [4 gates, units]
  readonly cellMin: number;
  readonly cellMax: number;
};

/**
 * float32 LSTM. Every product and sum is rounded to float32, in the order of the reference; how e^x and tanh are
 * rounded is up to the C library.
 *
 * Source: `LstmStep`, tensorflow/lite/micro/kernels/lstm_eval.h.
 */
export function lstmFloat32(op: OpOf<"unidirectional-sequence-lstm">, graph: Graph): Step {
  const [inputId] = op.inputs;
  const [outputId] = op.outputs;
  const outputStateId = op.inputs[18];
  const cellStateId = op.inputs[19];
  const geometry = lstmGeometry(op, graph);
  const gates = lstmGates(op);
  for (const [role, id] of [
    ["output state", outputStateId],
    ["cell state", cellStateId],
    ["output", outputId],
  ] as const) {
    tensorOfType(graph, id, role, "float32");
  }
  const all = (ids: readonly TensorId[], role: string) =>
    Float32Array.from(ids.flatMap((id) => [...constantOfType(graph, id, role, "float32")]));
  const { activationMin, activationMax } = float32ActivationRange("none");
  const { cellClip } = op.options;
  return makeStep({
    kernel: "unidirectional_sequence_lstm_float32",
    run: runLstmFloat32,
    params: {
      ...geometry,
      inputWeights: all(gates.inputWeights, "input weight matrix"),
      recurrentWeights: all(gates.recurrentWeights, "recurrent weight matrix"),
      bias: all(gates.biases, "bias"),
      cellMin: cellClip > 0 ? -fround(cellClip) : activationMin,
      cellMax: cellClip > 0 ? fround(cellClip) : activationMax,
    },
    reads: [inputId],
    writes: [outputStateId, cellStateId, outputId],
  });
}

function runLstmFloat32(
  params: Params,
  input: Float32Array,
  outputState: Float32Array,
  cellState: Float32Array,
  output: Float32Array,
): void {
  const { batches, steps, units, cellMin, cellMax } = params;
  const { inputBatchStride, inputStepStride, outputBatchStride, outputStepStride } = params;
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
        const kept = fround(fround(logistic(forgetSum)) * cellState[stateStart + unit]!);
        const added = fround(fround(logistic(inputSum)) * fround(tanh(cellSum)));
        const cell = clampReal(fround(kept + added), cellMin, cellMax);
        cellState[stateStart + unit] = cell;
        output[outputStart + unit] = fround(tanh(cell)) * fround(logistic(outputSum));
      }
      // Until here every unit has seen the state of the step before.
      for (let unit = 0; unit < units; unit++) {
        outputState[stateStart + unit] = output[outputStart + unit]!;
      }
    }
  }
}

function gateSum(
  { depth, units, inputWeights, recurrentWeights, bias }: Params,
  gate: number,
  unit: number,
  input: Float32Array,
  inputStart: number,
  state: Float32Array,
  stateStart: number,
): number {
  const row = gate * units + unit;
  let fromInput = 0;
  for (let i = 0; i < depth; i++) {
    fromInput = fround(fromInput + fround(inputWeights[row * depth + i]! * input[inputStart + i]!));
  }
  let fromState = 0;
  for (let i = 0; i < units; i++) {
    const product = fround(recurrentWeights[row * units + i]! * state[stateStart + i]!);
    fromState = fround(fromState + product);
  }
  return fround(fround(fromInput + bias[row]!) + fromState);
}
