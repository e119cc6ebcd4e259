import type { OpOf } from "@smidgen/graph";
import { inputRank, inputType } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const slice: StoredOp<OpOf<"slice">> = {
  ...noOptions,
  builtin: "SLICE",
  requiredInputs: 3,
  version: (op, tensors) => {
    const type = inputType(op, tensors, 0);
    if (type === "float16") return 8;
    if (type === "int4") return 7;
    if (inputRank(op, tensors, 0) > 4) return 5;
    if (type === "int16") return 4;
    return type === "int8" ? 2 : 1;
  },
};
