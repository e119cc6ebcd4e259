import type { OpOf } from "@smidgen/graph";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const prelu: StoredOp<OpOf<"prelu">> = {
  ...noOptions,
  builtin: "PRELU",
  requiredInputs: 2,
  version: () => 1,
};
