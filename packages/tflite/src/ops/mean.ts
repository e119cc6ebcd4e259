import type { OpOf } from "@smidgen/graph";
import { versionByInput } from "./operand-types.ts";
import { reducerOptions } from "./reducer-options.ts";
import type { StoredOp } from "./stored-op.ts";

export const mean: StoredOp<OpOf<"mean">> = {
  ...reducerOptions,
  builtin: "MEAN",
  requiredInputs: 2,
  version: versionByInput,
};
