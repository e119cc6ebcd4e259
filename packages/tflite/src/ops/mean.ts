import type { OpOf } from "@smidgen/graph";
import { versionByInput } from "./operand-types.ts";
import type { StoredOp } from "./stored-op.ts";

export const mean: StoredOp<OpOf<"mean">> = {
  builtin: "MEAN",
  requiredInputs: 2,
  version: versionByInput,
  readOptions: (stored) => ({ keepDims: stored("ReducerOptions").keep_dims }),
  writeOptions: ({ options: { keepDims } }) => ({
    table: "ReducerOptions",
    row: { keep_dims: keepDims },
  }),
};
