import type { OpOf } from "@smidgen/graph";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const hardSwish: StoredOp<OpOf<"hard-swish">> = {
  ...noOptions,
  builtin: "HARD_SWISH",
  requiredInputs: 1,
  version: () => 1,
};
