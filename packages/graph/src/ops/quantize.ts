import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Floats to integers, or integers to integers of another scale or type: `round(x / scale) + zeroPoint`. Any shape. */
export interface Quantize {
  readonly kind: "quantize";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const quantize: OpRules<Quantize> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
