import type { OpOf } from "@smidgen/graph";
import { versionOfBinary } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const minimum: StoredOp<OpOf<"minimum">> = {
  ...noOptions,
  builtin: "MINIMUM",
  requiredInputs: 2,
  version: (op, tensors) => versionOfBinary(op, tensors),
};
