import { axisConstantAt, type OpRules, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Position of the first largest value along an axis, an int32 constant; that dimension is dropped. */
export interface ArgMax {
  readonly kind: "arg-max";
  readonly inputs: readonly [input: TensorId, axis: TensorId];
  /** int32 or int64 */
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const argMax: OpRules<ArgMax> = {
  inputs: ["input", "axis"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, axisId] }, tensors) {
    const input = shapeAt(tensors, inputId);
    return [input.toSpliced(axisConstantAt(tensors, axisId, input.length), 1)];
  },
};
