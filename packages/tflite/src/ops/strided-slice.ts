import type { OpOf } from "@smidgen/graph";
import { inputRank, inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const stridedSlice: StoredOp<OpOf<"strided-slice">> = {
  builtin: "STRIDED_SLICE",
  requiredInputs: 4,
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (op.options.offset) return 8;
    if (op.options.ellipsisMask !== 0 || op.options.newAxisMask !== 0) return 6;
    if (inputRank(op, tensors, 0) > 4) return 4;
    if (type === "bool") return 3;
    return type === "int8" ? 2 : 1;
  },
  readOptions: (stored) => {
    const row = stored("StridedSliceOptions");
    return {
      beginMask: row.begin_mask,
      endMask: row.end_mask,
      ellipsisMask: row.ellipsis_mask,
      newAxisMask: row.new_axis_mask,
      shrinkAxisMask: row.shrink_axis_mask,
      offset: row.offset,
    };
  },
  writeOptions: ({ options }) => ({
    table: "StridedSliceOptions",
    row: {
      begin_mask: options.beginMask,
      end_mask: options.endMask,
      ellipsis_mask: options.ellipsisMask,
      new_axis_mask: options.newAxisMask,
      shrink_axis_mask: options.shrinkAxisMask,
      offset: options.offset,
    },
  }),
};
