import type { OpOf } from "@smidgen/graph";
import { versionOfBinary } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const maximum: StoredOp<OpOf<"maximum">> = {
  ...noOptions,
  builtin: "MAXIMUM",
  requiredInputs: 2,
  version: (op, tensors) => versionOfBinary(op, tensors),
};
