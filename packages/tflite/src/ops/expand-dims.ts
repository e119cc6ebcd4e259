import type { OpOf } from "@smidgen/graph";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const expandDims: StoredOp<OpOf<"expand-dims">> = {
  ...noOptions,
  builtin: "EXPAND_DIMS",
  requiredInputs: 2,
  version: () => 1,
};
