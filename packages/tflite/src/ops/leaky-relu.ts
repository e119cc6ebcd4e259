import type { OpOf } from "@smidgen/graph";
import { inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const leakyRelu: StoredOp<OpOf<"leaky-relu">> = {
  builtin: "LEAKY_RELU",
  requiredInputs: 1,
  version: (op, tensors) => (inputType(op, tensors, 0) === "int16" ? 2 : 1),
  readOptions: (stored) => ({ alpha: stored("LeakyReluOptions").alpha }),
  writeOptions: ({ options: { alpha } }) => ({ table: "LeakyReluOptions", row: { alpha } }),
};
