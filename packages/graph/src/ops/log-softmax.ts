import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `xᵢ − ln Σⱼ e^xⱼ` over the last dimension. Any shape. */
export interface LogSoftmax {
  readonly kind: "log-softmax";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const logSoftmax: OpRules<LogSoftmax> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
