import { type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import type { TensorId } from "../tensor.ts";

/**
 * A long short-term memory over a sequence, whose state persists between inferences.
 *
 * input [batch, time, depth] (or [time, batch, depth] if `timeMajor`), `inputTo…` weights [units, depth],
 * `recurrentTo…` weights [units, units], biases [units], both states [batch, units] (variables)
 * → [batch, time, units]. Peepholes (`cellTo…`), projection and layer norms are optional in the format; the
 * small runtimes know none of them. `intermediates` are tensors without contents that carry the quantization
 * of inner results.
 * Source: tensorflow/lite/kernels/lstm_shared.h.
 */
export interface UnidirectionalSequenceLstm {
  readonly kind: "unidirectional-sequence-lstm";
  readonly inputs: readonly [
    input: TensorId,
    inputToInput: TensorId | undefined,
    inputToForget: TensorId,
    inputToCell: TensorId,
    inputToOutput: TensorId,
    recurrentToInput: TensorId | undefined,
    recurrentToForget: TensorId,
    recurrentToCell: TensorId,
    recurrentToOutput: TensorId,
    cellToInput: TensorId | undefined,
    cellToForget: TensorId | undefined,
    cellToOutput: TensorId | undefined,
    inputBias: TensorId | undefined,
    forgetBias: TensorId,
    cellBias: TensorId,
    outputBias: TensorId,
    projection: TensorId | undefined,
    projectionBias: TensorId | undefined,
    outputState: TensorId,
    cellState: TensorId,
    inputNorm: TensorId | undefined,
    forgetNorm: TensorId | undefined,
    cellNorm: TensorId | undefined,
    outputNorm: TensorId | undefined,
  ];
  readonly outputs: readonly [output: TensorId];
  readonly options: {
    readonly activation: Activation;
    /** 0: no clipping. */
    readonly cellClip: number;
    readonly projectionClip: number;
    readonly timeMajor: boolean;
    readonly asymmetricQuantizeInputs: boolean;
    readonly intermediates: readonly TensorId[];
  };
}

export const unidirectionalSequenceLstm: OpRules<UnidirectionalSequenceLstm> = {
  inputs: [
    "input",
    "inputToInput",
    "inputToForget",
    "inputToCell",
    "inputToOutput",
    "recurrentToInput",
    "recurrentToForget",
    "recurrentToCell",
    "recurrentToOutput",
    "cellToInput",
    "cellToForget",
    "cellToOutput",
    "inputBias",
    "forgetBias",
    "cellBias",
    "outputBias",
    "projection",
    "projectionBias",
    "outputState",
    "cellState",
    "inputNorm",
    "forgetNorm",
    "cellNorm",
    "outputNorm",
  ],
  outputs: ["output"],
  outputShapes({ inputs, options }, tensors) {
    const input = shapeAt(tensors, inputs[0]);
    requireRule(input.length === 3, `input has rank ${input.length}, 3 expected`);
    const [first, second, depth] = input as readonly [number, number, number];
    const batch = options.timeMajor ? second : first;
    const [units, inputDepth] = shapeAt(tensors, inputs[2]) as readonly [number, number];
    requireRule(depth === inputDepth, `input has depth ${depth}, its weights have ${inputDepth}`);
    for (const state of [inputs[18], inputs[19]]) {
      const shape = shapeAt(tensors, state);
      requireRule(
        shape.length === 2 && shape[0] === batch && tensors[state]?.isVariable === true,
        `state [${shape.join(", ")}] is not a variable of [${batch}, ${units}]`,
      );
    }
    const outputDepth =
      inputs[16] === undefined ? units : (shapeAt(tensors, inputs[16])[0] as number);
    return [[first, second, outputDepth]];
  },
  multiplyAccumulates({ inputs }, tensors) {
    const [first = 1, second = 1, depth = 0] = shapeAt(tensors, inputs[0]);
    const units = shapeAt(tensors, inputs[2])[0] ?? 0;
    const gates = inputs[1] === undefined ? 3 : 4;
    return first * second * gates * units * (depth + units);
  },
};
