import type { OpOf } from "@smidgen/graph";
import { isPerAxis } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const dequantize: StoredOp<OpOf<"dequantize">> = {
  ...noOptions,
  builtin: "DEQUANTIZE",
  requiredInputs: 1,
  version({ inputs: [inputId] }, tensors) {
    const input = tensors[inputId];
    switch (input?.type) {
      case "int4":
        return 6;
      case "int16":
      case "float16":
        return 3;
      case "int8":
        return isPerAxis(input) ? 5 : 2;
      default:
        return 1;
    }
  },
};
