import { axisConstantAt, type OpRules, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** The same elements with a dimension of 1 before `axis`, an int32 constant (negative: from behind the end). */
export interface ExpandDims {
  readonly kind: "expand-dims";
  readonly inputs: readonly [input: TensorId, axis: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const expandDims: OpRules<ExpandDims> = {
  inputs: ["input", "axis"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, axisId] }, tensors) {
    const input = shapeAt(tensors, inputId);
    return [input.toSpliced(axisConstantAt(tensors, axisId, input.length + 1), 0, 1)];
  },
};
