import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `e^(beta·xᵢ) / Σⱼ e^(beta·xⱼ)` over the last dimension. Any shape. */
export interface Softmax {
  readonly kind: "softmax";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly beta: number };
}

export const softmax: OpRules<Softmax> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
