import { UserError } from "@smidgen/errors";
import type { StoredOperands } from "./stored-op.ts";

/**
 * The number of outputs that an option announces, checked before anything is made of it.
 *
 * @throws UserError `unsupported-options`
 */
export function readOutputCount(count: number, { outputs }: StoredOperands): number {
  if (count === outputs.length) return count;
  throw new UserError(
    "unsupported-options",
    `has ${outputs.length} outputs; its options announce ${count}`,
  );
}
