import { type OpRules, outputShapesByBroadcast } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** The larger of `a` and `b`, broadcast. */
export interface Maximum {
  readonly kind: "maximum";
  readonly inputs: readonly [a: TensorId, b: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const maximum: OpRules<Maximum> = {
  inputs: ["a", "b"],
  outputs: ["output"],
  outputShapes: outputShapesByBroadcast,
};
