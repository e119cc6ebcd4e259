import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `tanh(x)` Any shape. */
export interface Tanh {
  readonly kind: "tanh";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const tanh: OpRules<Tanh> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
