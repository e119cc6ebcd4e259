import type { OpOf } from "@smidgen/graph";
import { versionByInputAndOutput } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const logistic: StoredOp<OpOf<"logistic">> = {
  ...noOptions,
  builtin: "LOGISTIC",
  requiredInputs: 1,
  version: versionByInputAndOutput,
};
