import type { OpOf } from "@smidgen/graph";
import type { StoredOp } from "./stored-op.ts";

type Reducer = OpOf<"mean"> | OpOf<"reduce-max"> | OpOf<"sum">;

/** All reductions store the same table. */
export const reducerOptions: Pick<StoredOp<Reducer>, "readOptions" | "writeOptions"> = {
  readOptions: (stored) => ({ keepDims: stored("ReducerOptions").keep_dims }),
  writeOptions: ({ options: { keepDims } }) => ({
    table: "ReducerOptions",
    row: { keep_dims: keepDims },
  }),
};
