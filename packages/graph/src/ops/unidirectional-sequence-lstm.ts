import {
  type OpRules,
  requireRule,
  requireShape,
  requireState,
  shapeAt,
  tensorAt,
} from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import { elementCount, type TensorId } from "../tensor.ts";

/**
 * A long short-term memory over a sequence, whose state persists between inferences.
 *
 * input [batch, time, depth] (or [time, batch, depth] if `timeMajor`), `inputTo…` weights [units, depth],
 * `recurrentTo…` weights [units, outputs], biases [units], outputState [batch, outputs] and
 * cellState [batch, units] (variables) → [batch, time, outputs] (or [time, batch, outputs]).
 * outputs are units, unless there is a projection [outputs, units] with a bias [outputs]. Peepholes
 * (`cellTo…`) and layer norms are [units]. Where the input gate is left out, 1 − forget gate takes its place.
 * The small runtimes know no projection, peepholes or layer norms, and no LSTM without an input gate.
 *
 * `intermediates` carry the quantization of inner results. They are scalars that nothing writes.
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
    const [units = 0] = shapeAt(tensors, inputs[2]);
    const projection = inputs[16];
    const outputs = projection === undefined ? units : (shapeAt(tensors, projection)[0] ?? 0);

    for (const [i, name] of unidirectionalSequenceLstm.inputs.entries()) {
      const id = inputs[i];
      if (name.startsWith("inputTo")) requireShape(tensors, id, [units, depth], name);
      else if (name.startsWith("recurrentTo")) requireShape(tensors, id, [units, outputs], name);
      else if (name === "projection") requireShape(tensors, id, [outputs, units], name);
      else if (name === "projectionBias") requireShape(tensors, id, [outputs], name);
      else if (/^cellTo|Bias$|Norm$/.test(name)) requireShape(tensors, id, [units], name);
    }
    requireState(tensors, inputs[18], [batch, outputs], "outputState");
    requireState(tensors, inputs[19], [batch, units], "cellState");
    const inputGate = [inputs[1], inputs[5], inputs[12]].filter((id) => id !== undefined);
    requireRule(
      inputGate.length === 0 || inputGate.length === 3,
      "inputToInput, recurrentToInput and inputBias must be there together, or none of them",
    );
    for (const id of options.intermediates) {
      const { shape, data, isVariable } = tensorAt(tensors, id);
      requireRule(
        shape.length === 0 && data === undefined && !isVariable,
        `intermediate %${id} must be a scalar without contents`,
      );
    }
    return [[first, second, outputs]];
  },
  multiplyAccumulates({ inputs }, tensors) {
    const [first = 1, second = 1] = shapeAt(tensors, inputs[0]);
    const weights = [...inputs.slice(1, 12), inputs[16]].filter((id) => id !== undefined);
    const count = weights.reduce((sum, id) => sum + elementCount(shapeAt(tensors, id)), 0);
    return first * second * count;
  },
};
