import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `max(x, 0)` Any shape. */
export interface Relu {
  readonly kind: "relu";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const relu: OpRules<Relu> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
