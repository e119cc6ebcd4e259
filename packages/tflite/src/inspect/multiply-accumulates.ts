import type { StoredTensor } from "./stored-tensor.ts";
import type { Row } from "../schema/schema-types.ts";

/** What an operator reads and writes; absent operands, and positions that point nowhere, are `undefined`. */
export interface Operands {
  readonly inputs: readonly (StoredTensor | undefined)[];
  readonly outputs: readonly (StoredTensor | undefined)[];
  readonly options: Row<"Operator">["builtin_options"];
}

/**
 * Multiplications of an activation with a weight (or, in a matrix product, with another activation) that one
 * inference of an operator takes: 0 for operators that have none, `undefined` where shapes are unknown or the
 * operator's work is.
 */
export function countMultiplyAccumulates(name: string, operands: Operands): number | undefined {
  if (unknownWork.some((pattern) => pattern.test(name))) return undefined;
  const count = counts[name];
  if (count === undefined) return 0;
  const result = count(operands);
  return Number.isNaN(result) ? undefined : result;
}

const unknownWork = [
  /^CUSTOM/,
  /^operator /,
  /^(CALL|CALL_ONCE|IF|WHILE|DELEGATE|RFFT2D)$/,
  /^BIDIRECTIONAL_/,
  /^STABLEHLO_(CONVOLUTION|DOT_GENERAL|CUSTOM_CALL|COMPOSITE|WHILE|CASE|REDUCE|REDUCE_WINDOW|SCATTER|SORT)$/,
];

/** NaN where something is unknown. */
const counts: Readonly<Record<string, (operands: Operands) => number>> = {
  CONV_2D: ({ inputs, outputs }) => {
    const [, height, width, depth] = sizes(inputs[1]);
    return elements(outputs[0]) * product(height, width, depth);
  },
  DEPTHWISE_CONV_2D: ({ inputs, outputs }) => {
    const [, height, width] = sizes(inputs[1]);
    return elements(outputs[0]) * product(height, width);
  },
  // Each input element meets every filter cell of every output channel.
  TRANSPOSE_CONV: ({ inputs }) => {
    const [outChannels, height, width] = sizes(inputs[1]);
    return elements(inputs[2]) * product(outChannels, height, width);
  },
  CONV_3D: ({ inputs, outputs }) => {
    const [depth, height, width, channels] = sizes(inputs[1]);
    return elements(outputs[0]) * product(depth, height, width, channels);
  },
  FULLY_CONNECTED: ({ inputs }) => elements(inputs[0]) * product(sizes(inputs[1])[0]),
  BATCH_MATMUL: ({ inputs, outputs, options }) => {
    const shape = sizes(inputs[0]);
    const isTransposed = options?.table === "BatchMatMulOptions" && options.row.adj_x;
    return elements(outputs[0]) * product(shape.at(isTransposed ? -2 : -1));
  },
  SVDF: ({ inputs }) => product(sizes(inputs[0])[0]) * (elements(inputs[1]) + elements(inputs[2])),
  RNN: (operands) => product(sizes(operands.inputs[0])[0]) * weights(operands, [1, 2]),
  UNIDIRECTIONAL_SEQUENCE_RNN: (operands) => steps(operands) * weights(operands, [1, 2]),
  LSTM: (operands) => product(sizes(operands.inputs[0])[0]) * weights(operands, lstmWeights),
  UNIDIRECTIONAL_SEQUENCE_LSTM: (operands) => steps(operands) * weights(operands, lstmWeights),
};

/**
 * Input weights, recurrent weights, peephole weights, projection.
 *
 * Source: the operand list in tflite/kernels/lstm_shared.h of LiteRT.
 */
const lstmWeights: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 16];

/** Time steps times batch, in either order: [time, batch, depth]. */
function steps({ inputs }: Operands): number {
  const [a, b] = sizes(inputs[0]);
  return product(a, b);
}

function weights({ inputs }: Operands, positions: readonly number[]): number {
  return positions
    .map((position) => inputs[position])
    .filter((tensor) => tensor !== undefined)
    .reduce((sum, tensor) => sum + elements(tensor), 0);
}

function sizes(tensor: StoredTensor | undefined): readonly number[] {
  return tensor?.elements === undefined ? [] : tensor.shape;
}

function elements(tensor: StoredTensor | undefined): number {
  return tensor?.elements ?? Number.NaN;
}

function product(...factors: readonly (number | undefined)[]): number {
  return factors.reduce<number>((result, factor) => result * (factor ?? Number.NaN), 1);
}
