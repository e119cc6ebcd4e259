import type { OpOf } from "@smidgen/graph";
import { inputType } from "./operand-types.ts";
import { readOutputCount } from "./output-count.ts";
import type { StoredOp } from "./stored-op.ts";

export const split: StoredOp<OpOf<"split">> = {
  builtin: "SPLIT",
  requiredInputs: 2,
  version(op, tensors) {
    switch (inputType(op, tensors, 1)) {
      case "int16":
        return 4;
      case "int32":
        return 3;
      case "int8":
        return 2;
      default:
        return 1;
    }
  },
  readOptions: (stored, operands) => ({
    count: readOutputCount(stored("SplitOptions").num_splits, operands),
  }),
  writeOptions: ({ options: { count } }) => ({ table: "SplitOptions", row: { num_splits: count } }),
};
