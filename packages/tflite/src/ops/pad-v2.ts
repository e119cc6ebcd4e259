import type { OpOf } from "@smidgen/graph";
import { padVersion } from "./pad-version.ts";
import { noOptions, type StoredOp } from "./stored-op.ts";

export const padV2: StoredOp<OpOf<"pad-v2">> = {
  ...noOptions,
  builtin: "PADV2",
  requiredInputs: 3,
  version: padVersion,
};
