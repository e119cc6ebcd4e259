import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import type { TensorId } from "../tensor.ts";

/** `x / √(Σ x²)` over the last dimension. Any shape. */
export interface L2Normalization {
  readonly kind: "l2-normalization";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly activation: Activation };
}

export const l2Normalization: OpRules<L2Normalization> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
