import type { OpOf } from "@smidgen/graph";
import { inputType, isPerAxis, outputType } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const quantize: StoredOp<OpOf<"quantize">> = {
  ...noOptions,
  builtin: "QUANTIZE",
  requiredInputs: 1,
  version(op, tensors) {
    const output = outputType(op, tensors);
    if (inputType(op, tensors, 0) === "int4" || output === "int4") return 4;
    if (isPerAxis(tensors[op.outputs[0]])) return 3;
    return output === "int16" ? 2 : 1;
  },
};
