import type { OpOf } from "@smidgen/graph";
import { padVersion } from "./pad-version.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const pad: StoredOp<OpOf<"pad">> = {
  ...noOptions,
  builtin: "PAD",
  requiredInputs: 2,
  version: padVersion,
};
