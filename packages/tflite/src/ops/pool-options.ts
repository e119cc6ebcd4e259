import type { OpOf } from "@smidgen/graph";
import { readActivation, readPadding, writeActivation, writePadding } from "./fused.ts";
import type { StoredOp } from "./stored-op.ts";

type Pool = OpOf<"max-pool-2d"> | OpOf<"average-pool-2d">;

/** Both kinds of pooling store the same table. */
export const poolOptions: Pick<StoredOp<Pool>, "readOptions" | "writeOptions"> = {
  readOptions(stored) {
    const row = stored("Pool2DOptions");
    return {
      padding: readPadding(row.padding),
      strideHeight: row.stride_h,
      strideWidth: row.stride_w,
      filterHeight: row.filter_height,
      filterWidth: row.filter_width,
      activation: readActivation(row.fused_activation_function),
    };
  },
  writeOptions: ({ options }) => ({
    table: "Pool2DOptions",
    row: {
      padding: writePadding(options.padding),
      stride_w: options.strideWidth,
      stride_h: options.strideHeight,
      filter_width: options.filterWidth,
      filter_height: options.filterHeight,
      fused_activation_function: writeActivation(options.activation),
    },
  }),
};
