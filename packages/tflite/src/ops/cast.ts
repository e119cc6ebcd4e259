import type { OpOf } from "@smidgen/graph";
import { tensorTypeCode } from "../schema/tensor-types.ts";
import { inputType, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const cast: StoredOp<OpOf<"cast">> = {
  builtin: "CAST",
  requiredInputs: 1,
  version(op, tensors) {
    const input = inputType(op, tensors, 0);
    const types = [input, outputType(op, tensors)];
    if (input === "int4" && types[1] === "float32") return 6;
    if (types.includes("float16")) return 5;
    return types.includes("int8") ? 3 : 1;
  },
  readOptions: () => ({}),
  writeOptions: (op, tensors) => ({
    table: "CastOptions",
    row: {
      in_data_type: tensorTypeCode(inputType(op, tensors, 0) ?? "float32"),
      out_data_type: tensorTypeCode(outputType(op, tensors) ?? "float32"),
    },
  }),
};
