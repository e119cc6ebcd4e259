import type { OpOf } from "@smidgen/graph";
import { inputType, versionByInput } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const relu: StoredOp<OpOf<"relu">> = {
  ...noOptions,
  builtin: "RELU",
  requiredInputs: 1,
  version: (op, tensors) =>
    inputType(op, tensors, 0) === "uint8" ? 2 : versionByInput(op, tensors),
};
