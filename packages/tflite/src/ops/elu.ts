import type { OpOf } from "@smidgen/graph";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const elu: StoredOp<OpOf<"elu">> = {
  ...noOptions,
  builtin: "ELU",
  requiredInputs: 1,
  version: () => 1,
};
