import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { UserError } from "@smidgen/errors";
import type { Examples } from "../examples.ts";
import type { Checkpoint } from "./checkpoint.ts";

/**
 * Of all images and labels: in hex.
 *
 * parts: undefined ones count too
 */
export function dataDigest(parts: readonly (Examples | undefined)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    hash.update(JSON.stringify(part === undefined ? null : [part.count, part.shape]));
    if (part !== undefined) hash.update(part.images).update(part.labels);
  }
  return hash.digest("hex");
}

/**
 * Whether a checkpoint is of the same training.
 *
 * @throws UserError `checkpoint-mismatch`, naming everything that differs
 */
export function checkIdentity(
  { identity: stored }: Checkpoint,
  wanted: Checkpoint["identity"],
  file: string,
): void {
  // as JSON has it: without what is undefined
  const current = JSON.parse(JSON.stringify(wanted)) as Checkpoint["identity"];
  const names = new Set([...Object.keys(stored), ...Object.keys(current)]);
  const differences = [...names]
    .filter((name) => !isDeepStrictEqual(stored[name], current[name]))
    .map((name) => `${name} was ${show(stored[name])} and is ${show(current[name])}`);
  if (differences.length === 0) return;
  throw new UserError(
    "checkpoint-mismatch",
    `${file} is of another training: ${differences.join("; ")}`,
    { hint: "Train with what it began with, or remove the checkpoint and begin anew." },
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "not set";
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
