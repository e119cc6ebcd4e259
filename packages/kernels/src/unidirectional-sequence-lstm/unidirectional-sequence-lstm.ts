import { type Graph, type OpOf, type Shape, tensorOf } from "@smidgen/graph";
import { requireSupported } from "../requirements.ts";

type Lstm = OpOf<"unidirectional-sequence-lstm">;

/**
 * Where each step of each sequence lies: input [depth] and output [units] begin at
 * `batch × …BatchStride + step × …StepStride`, whichever of the two dimensions comes first.
 */
export type LstmGeometry = {
  readonly batches: number;
  readonly steps: number;
  readonly depth: number;
  readonly units: number;
  readonly inputBatchStride: number;
  readonly inputStepStride: number;
  readonly outputBatchStride: number;
  readonly outputStepStride: number;
};

/**
 * The sizes of a plain LSTM: four gates, tanh, and the output itself as state.
 *
 * Source of what is refused: `LstmTensors::ValidateTensorStatus`, tensorflow/lite/micro/kernels/lstm_eval.cc.
 */
export function lstmGeometry(op: Lstm, graph: Graph): LstmGeometry {
  requirePlain(op);
  const [first, second, depth] = tensorOf(graph, op.inputs[0]).shape as Shape3d;
  const [units] = tensorOf(graph, op.inputs[2]).shape as Shape & readonly [number];
  const { timeMajor } = op.options;
  const [batches, steps] = timeMajor ? [second, first] : [first, second];
  const [batchStride, stepStride] = timeMajor ? [1, batches] : [steps, 1];
  return {
    batches,
    steps,
    depth,
    units,
    inputBatchStride: batchStride * depth,
    inputStepStride: stepStride * depth,
    outputBatchStride: batchStride * units,
    outputStepStride: stepStride * units,
  };
}

type Shape3d = Shape & readonly [number, number, number];

function requirePlain({ inputs, options }: Lstm): void {
  const isThere = (positions: readonly number[]) =>
    positions.some((position) => inputs[position] !== undefined);
  const extras = [
    inputs[1] === undefined ? "no input gate (CIFG)" : "",
    isThere([9, 10, 11]) ? "peepholes" : "",
    isThere([16, 17]) ? "a projection" : "",
    isThere([20, 21, 22, 23]) ? "layer normalization" : "",
    options.activation === "tanh" ? "" : `activation ${options.activation} in place of tanh`,
  ].filter((extra) => extra !== "");
  requireSupported(
    extras.length === 0,
    `has ${extras.join(", ")}; TensorFlow Lite Micro computes LSTMs with four gates, tanh and nothing else`,
    "Build the network with a plain LSTM, as Keras' LSTM layer is by default.",
  );
}

/** The operands of each gate, in the order in which arrays of all gates have them: input, forget, cell, output. */
export function lstmGates({ inputs }: Lstm): {
  readonly inputWeights: Gates;
  readonly recurrentWeights: Gates;
  readonly biases: Gates;
} {
  // `lstmGeometry` has refused LSTMs whose input gate is absent.
  return {
    inputWeights: inputs.slice(1, 5) as unknown as Gates,
    recurrentWeights: inputs.slice(5, 9) as unknown as Gates,
    biases: inputs.slice(12, 16) as unknown as Gates,
  };
}

type Gates = readonly [input: Operand, forget: Operand, cell: Operand, output: Operand];
type Operand = Lstm["inputs"][0];
