import { axisWithin, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import type { TensorId } from "../tensor.ts";

/** Inputs one behind the other along `axis` (negative: from the end); the other dimensions are equal. */
export interface Concatenation {
  readonly kind: "concatenation";
  readonly inputs: readonly [first: TensorId, ...others: TensorId[]];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly axis: number; readonly activation: Activation };
}

export const concatenation: OpRules<Concatenation> = {
  inputs: ["input…"],
  outputs: ["output"],
  outputShapes({ inputs, options }, tensors) {
    const first = shapeAt(tensors, inputs[0]);
    const axis = axisWithin(options.axis, first.length);
    const shapes = inputs.map((id) => shapeAt(tensors, id));
    for (const shape of shapes) {
      requireRule(
        shape.length === first.length && shape.every((size, i) => i === axis || size === first[i]),
        `[${shape.join(", ")}] does not continue [${first.join(", ")}] along axis ${axis}`,
      );
    }
    const size = shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0);
    return [first.with(axis, size)];
  },
};
