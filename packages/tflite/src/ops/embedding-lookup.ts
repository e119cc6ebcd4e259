import type { OpOf } from "@smidgen/graph";
import { isPerAxis } from "./operand-types.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const embeddingLookup: StoredOp<OpOf<"embedding-lookup">> = {
  ...noOptions,
  builtin: "EMBEDDING_LOOKUP",
  requiredInputs: 2,
  version: ({ inputs: [, tableId] }, tensors) => {
    const table = tensors[tableId];
    return table?.type === "int4" || isPerAxis(table) ? 4 : 1;
  },
};
