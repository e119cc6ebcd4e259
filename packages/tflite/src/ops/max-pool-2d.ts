import type { OpOf } from "@smidgen/graph";
import { versionByInputAndOutput } from "./operand-types.ts";
import { poolOptions } from "./pool-options.ts";
import type { StoredOp } from "./stored-op.ts";

export const maxPool2d: StoredOp<OpOf<"max-pool-2d">> = {
  ...poolOptions,
  builtin: "MAX_POOL_2D",
  requiredInputs: 1,
  version: versionByInputAndOutput,
};
