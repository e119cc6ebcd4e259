import type { OpOf } from "@smidgen/graph";
import type { StoredOp } from "./stored-op.ts";

export const squeeze: StoredOp<OpOf<"squeeze">> = {
  builtin: "SQUEEZE",
  requiredInputs: 1,
  version: () => 1,
  readOptions: (stored) => ({ axes: [...(stored("SqueezeOptions").squeeze_dims ?? [])] }),
  writeOptions: ({ options: { axes } }) => ({
    table: "SqueezeOptions",
    row: { squeeze_dims: Int32Array.from(axes) },
  }),
};
