import type { OpOf } from "@smidgen/graph";
import { versionByInput } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const relu6: StoredOp<OpOf<"relu6">> = {
  ...noOptions,
  builtin: "RELU6",
  requiredInputs: 1,
  version: versionByInput,
};
