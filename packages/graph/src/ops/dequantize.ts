import { type OpRules, sameShapeAsInput } from "../op-rules.ts";
import type { TensorId } from "../tensor.ts";

/** Integers to floats: `scale × (q − zeroPoint)`. Any shape. */
export interface Dequantize {
  readonly kind: "dequantize";
  readonly inputs: readonly [input: TensorId];
  readonly outputs: readonly [output: TensorId];
  readonly options: {};
}

export const dequantize: OpRules<Dequantize> = {
  inputs: ["input"],
  outputs: ["output"],
  outputShapes: sameShapeAsInput,
};
