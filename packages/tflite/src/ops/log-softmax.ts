import type { OpOf } from "@smidgen/graph";
import { inputType } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const logSoftmax: StoredOp<OpOf<"log-softmax">> = {
  ...noOptions,
  builtin: "LOG_SOFTMAX",
  requiredInputs: 1,
  version: (op, tensors) => (inputType(op, tensors, 0) === "int8" ? 2 : 1),
};
