import { type OpRules, outputShapesByBroadcast } from "../op-rules.ts";
import type { Activation } from "../spatial.ts";
import type { TensorId } from "../tensor.ts";

/** `activation(a − b)`, broadcast. */
export interface Sub {
  readonly kind: "sub";
  readonly inputs: readonly [a: TensorId, b: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: { readonly activation: Activation };
}

export const sub: OpRules<Sub> = {
  inputs: ["a", "b"],
  outputs: ["output"],
  outputShapes: outputShapesByBroadcast,
};
