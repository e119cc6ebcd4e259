import type { OpOf } from "@smidgen/graph";
import { inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const gather: StoredOp<OpOf<"gather">> = {
  builtin: "GATHER",
  requiredInputs: 2,
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (type === "int4") return 7;
    if (inputType(op, tensors, 1) === "int16") return 6;
    if (op.options.batchDims !== 0) return 5;
    if (type === "int16") return 4;
    if (type === "bool") return 3;
    return type === "int8" ? 2 : 1;
  },
  readOptions: (stored) => {
    const row = stored("GatherOptions");
    return { axis: row.axis, batchDims: row.batch_dims };
  },
  writeOptions: ({ options: { axis, batchDims } }) => ({
    table: "GatherOptions",
    row: { axis, batch_dims: batchDims },
  }),
};
