import type { OpOf } from "@smidgen/graph";
import { inputType } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const resizeNearestNeighbor: StoredOp<OpOf<"resize-nearest-neighbor">> = {
  builtin: "RESIZE_NEAREST_NEIGHBOR",
  requiredInputs: 2,
  version(op, tensors) {
    const type = inputType(op, tensors, 0);
    if (type === "int16") return 4;
    if (op.options.halfPixelCenters || op.options.alignCorners) return 3;
    return type === "int8" ? 2 : 1;
  },
  readOptions: (stored) => {
    const row = stored("ResizeNearestNeighborOptions");
    return { alignCorners: row.align_corners, halfPixelCenters: row.half_pixel_centers };
  },
  writeOptions: ({ options: { alignCorners, halfPixelCenters } }) => ({
    table: "ResizeNearestNeighborOptions",
    row: { align_corners: alignCorners, half_pixel_centers: halfPixelCenters },
  }),
};
