import type { OpOf } from "@smidgen/graph";
import { inputType } from "./operand-types.ts";
import { reducerOptions } from "./reducer-options.ts";
import type { StoredOp } from "./stored-op.ts";

export const sum: StoredOp<OpOf<"sum">> = {
  ...reducerOptions,
  builtin: "SUM",
  requiredInputs: 2,
  version: (op, tensors) => (inputType(op, tensors, 0) === "int8" ? 2 : 1),
};
