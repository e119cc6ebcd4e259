import type { OpOf } from "@smidgen/graph";
import { tensorTypeCode } from "../schema/tensor-types.ts";
import { inputType, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const argMax: StoredOp<OpOf<"arg-max">> = {
  builtin: "ARG_MAX",
  requiredInputs: 2,
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (type === "bool") return 3;
    return type === "int8" ? 2 : 1;
  },
  readOptions: () => ({}),
  writeOptions: (op, tensors) => ({
    table: "ArgMaxOptions",
    row: { output_type: tensorTypeCode(outputType(op, tensors) ?? "int32") },
  }),
};
