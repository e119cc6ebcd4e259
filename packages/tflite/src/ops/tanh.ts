import type { OpOf } from "@smidgen/graph";
import { versionByInputAndOutput } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const tanh: StoredOp<OpOf<"tanh">> = {
  ...noOptions,
  builtin: "TANH",
  requiredInputs: 1,
  version: versionByInputAndOutput,
};
