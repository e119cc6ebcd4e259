import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `x` where x ≥ 0, `alpha × x` elsewhere. Any shape. */
export interface LeakyRelu {
  readonly kind: "leaky-relu";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly alpha: number };
}

export const leakyRelu: OpRules<LeakyRelu> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
