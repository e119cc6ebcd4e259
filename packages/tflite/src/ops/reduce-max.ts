import type { OpOf } from "@smidgen/graph";
import { versionByInput } from "./operand-types.ts";
import { reducerOptions } from "./reducer-options.ts";
import type { StoredOp } from "./stored-op.ts";

export const reduceMax: StoredOp<OpOf<"reduce-max">> = {
  ...reducerOptions,
  builtin: "REDUCE_MAX",
  requiredInputs: 2,
  version: versionByInput,
};
