import type { OpOf, Tensor } from "@smidgen/graph";
import { inputRank, inputType, versionByInput } from "./operand-types.ts";

/** Both kinds of padding have the same versions. */
export function padVersion(op: OpOf<"pad"> | OpOf<"pad-v2">, tensors: readonly Tensor[]): number {
  if (inputType(op, tensors, 0) === "bool") return 5;
  return inputRank(op, tensors, 0) > 4 ? 4 : versionByInput(op, tensors);
}
