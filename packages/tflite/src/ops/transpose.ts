import type { OpOf } from "@smidgen/graph";
import { inputRank, inputType } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const transpose: StoredOp<OpOf<"transpose">> = {
  ...noOptions,
  builtin: "TRANSPOSE",
  requiredInputs: 2,
  version: (op, tensors) => {
    const type = inputType(op, tensors, 0);
    const rank = inputRank(op, tensors, 0);
    if (type === "float16") return 9;
    if (rank > 6) return 8;
    if (type === "int4") return 7;
    if (rank > 5) return 6;
    if (type === "int16") return 5;
    if (rank > 4) return 4;
    if (type === "bool") return 3;
    return type === "int8" ? 2 : 1;
  },
};
