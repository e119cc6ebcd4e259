import type { OpOf } from "@smidgen/graph";
import { readActivation, writeActivation } from "./fused.ts";
import { inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const concatenation: StoredOp<OpOf<"concatenation">> = {
  builtin: "CONCATENATION",
  requiredInputs: 1,
  version(op, tensors) {
    switch (inputType(op, tensors, 0)) {
      case "float16":
        return 6;
      case "int4":
        return 5;
      case "int16":
        return 3;
      case "int8":
        return 2;
      default:
        return 1;
    }
  },
  readOptions: (stored) => {
    const row = stored("ConcatenationOptions");
    return { axis: row.axis, activation: readActivation(row.fused_activation_function) };
  },
  writeOptions: ({ options: { axis, activation } }) => ({
    table: "ConcatenationOptions",
    row: { axis, fused_activation_function: writeActivation(activation) },
  }),
};
