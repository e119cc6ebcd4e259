import type { OpOf } from "@smidgen/graph";
import { versionByInputAndOutput } from "./operand-types.ts";
import { poolOptions } from "./pool-options.ts";
import type { StoredOp } from "./stored-op.ts";

export const averagePool2d: StoredOp<OpOf<"average-pool-2d">> = {
  ...poolOptions,
  builtin: "AVERAGE_POOL_2D",
  requiredInputs: 1,
  version: versionByInputAndOutput,
};
