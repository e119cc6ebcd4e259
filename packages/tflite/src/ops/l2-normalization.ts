import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const l2Normalization: StoredOp<OpOf<"l2-normalization">> = {
  builtin: "L2_NORMALIZATION",
  requiredInputs: 1,
  version: (op, tensors) => (outputType(op, tensors) === "int8" ? 2 : 1),
  readOptions: (stored) => ({
    activation: readActivation(stored("L2NormOptions").fused_activation_function),
  }),
  writeOptions: ({ options: { activation } }) => ({
    table: "L2NormOptions",
    row: { fused_activation_function: writeActivation(activation) },
  }),
};
