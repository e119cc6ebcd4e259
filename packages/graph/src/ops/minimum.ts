import { type OpRules, outputShapesByBroadcast } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** The smaller of `a` and `b`, broadcast. */
export interface Minimum {
  readonly kind: "minimum";
  readonly inputs: readonly [a: TensorId, b: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const minimum: OpRules<Minimum> = {
  inputs: ["a", "b"],
  outputs: ["output"],
  outputShapes: outputShapesByBroadcast,
};
