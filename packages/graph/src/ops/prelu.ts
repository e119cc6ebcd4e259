import { broadcastShapes, type OpRules, requireRule, shapeAt } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `x` where x ≥ 0, `alpha × x` elsewhere; alpha broadcasts to the input's shape. */
export interface Prelu {
  readonly kind: "prelu";
  readonly inputs: readonly [input: TensorId, alpha: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const prelu: OpRules<Prelu> = {
  inputs: ["input", "alpha"],
  outputs: ["output"],
  outputShapes({ inputs: [inputId, alphaId] }, tensors) {
    const input = shapeAt(tensors, inputId);
    const shape = broadcastShapes(input, shapeAt(tensors, alphaId));
    requireRule(shape.join() === input.join(), `alpha makes the input [${shape.join(", ")}]`);
    return [shape];
  },
};
