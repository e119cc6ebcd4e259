import type { OpOf } from "@smidgen/graph";
import { inputType, outputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const pack: StoredOp<OpOf<"pack">> = {
  builtin: "PACK",
  requiredInputs: 1,
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (type === "int8") return 2;
    return type === "int16" && outputType(op, tensors) === "int16" ? 3 : 1;
  },
  readOptions: (stored) => ({ axis: stored("PackOptions").axis }),
  writeOptions: ({ inputs, options: { axis } }) => ({
    table: "PackOptions",
    row: { values_count: inputs.length, axis },
  }),
};
