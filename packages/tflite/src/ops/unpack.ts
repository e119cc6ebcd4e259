import type { OpOf } from "@smidgen/graph";
import { inputType, outputType } from "./operand-types.ts";
import { readOutputCount } from "./output-count.ts";
import type { StoredOp } from "./stored-op.ts";

export const unpack: StoredOp<OpOf<"unpack">> = {
  builtin: "UNPACK",
  requiredInputs: 1,
  version(op, tensors) {
    switch (inputType(op, tensors, 0)) {
      case "int8":
      case "uint8":
        return 2;
      case "bool":
        return 3;
      case "int16":
        return outputType(op, tensors) === "int16" ? 4 : 1;
      case "float16":
        return 5;
      default:
        return 1;
    }
  },
  readOptions: (stored, operands) => {
    const row = stored("UnpackOptions");
    return { axis: row.axis, count: readOutputCount(row.num, operands) };
  },
  writeOptions: ({ options: { axis, count } }) => ({
    table: "UnpackOptions",
    row: { num: count, axis },
  }),
};
