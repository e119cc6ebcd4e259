import type { OpOf } from "@smidgen/graph";
import { inputType, versionByInput } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const softmax: StoredOp<OpOf<"softmax">> = {
  builtin: "SOFTMAX",
  requiredInputs: 1,
  version: (op, tensors) =>
    inputType(op, tensors, 0) === "float16" ? 4 : versionByInput(op, tensors),
  readOptions: (stored) => ({ beta: stored("SoftmaxOptions").beta }),
  writeOptions: ({ options: { beta } }) => ({ table: "SoftmaxOptions", row: { beta } }),
};
