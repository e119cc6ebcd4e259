import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** `x × min(max(x + 3, 0), 6) / 6`. Any shape. */
export interface HardSwish {
  readonly kind: "hard-swish";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const hardSwish: OpRules<HardSwish> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
