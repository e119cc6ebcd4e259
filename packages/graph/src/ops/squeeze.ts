import { axisWithin, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** The same elements without the dimensions of 1 that `axes` names (negative: from the end); without all if empty. */
export interface Squeeze {
  readonly kind: "squeeze";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly axes: readonly number[] };
}

export const squeeze: OpRules<Squeeze> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId], options }, tensors) {
    const input = shapeAt(tensors, inputId);
    const axes = new Set(options.axes.map((axis) => axisWithin(axis, input.length)));
    for (const axis of axes) {
      requireRule(input[axis] === 1, `dimension ${axis} is ${input[axis]}; only 1 can be squeezed`);
    }
    return [input.filter((size, axis) => (axes.size === 0 ? size !== 1 : !axes.has(axis)))];
  },
};
