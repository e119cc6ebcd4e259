import { isDeepStrictEqual } from "node:util";
import { UserError } from "@smidgen/errors";
import type { Graph } from "@smidgen/graph";
import { inspectTflite, lintTflite, readTflite, repackTflite } from "@smidgen/tflite";
import { findDifference } from "./independent-reader.ts";

/**
 * Gives a damaged file to everything that reads files; to what is slow (inspecting, lint, repacking) only if `thorough`.
 *
 * @returns `read`, or the code of the UserError that refused it
 * @throws Error if anything else comes of it: another error, a reading that the independent reader does not share,
 * byte counts that do not add up, a repacked file that is larger or reads differently
 */
export function judgeDamagedFile(file: Uint8Array, thorough: boolean): string {
  const graph = orUserError(() => readTflite(file));
  if (!(graph instanceof UserError)) {
    const difference = findDifference(file, graph);
    if (difference !== undefined) throw new Error(`readers disagree on ${difference}`);
  }
  if (thorough) {
    judgeInspection(file);
    lintTflite(file, { for: "tflm" });
    judgeRepacked(file, graph);
  }
  return graph instanceof UserError ? graph.code : "read";
}

function judgeInspection(file: Uint8Array): void {
  const inspection = orUserError(() => inspectTflite(file));
  if (inspection instanceof UserError) return;
  const counted = Object.values<number>({ ...inspection.byteUse }).reduce((a, b) => a + b, 0);
  if (counted !== file.length) throw new Error(`${counted} of ${file.length} bytes are counted`);
}

function judgeRepacked(file: Uint8Array, graph: Graph | UserError): void {
  const repacked = orUserError(() => repackTflite(file));
  if (repacked instanceof UserError) return;
  if (repacked.bytes.length > file.length) {
    throw new Error(`repacking made ${repacked.bytes.length} of ${file.length} bytes`);
  }
  if (graph instanceof UserError) return;
  const again = readTflite(repacked.bytes);
  const portrait = ({ ops, tensors }: Graph) =>
    ops.map(({ kind, inputs }) => [kind, inputs.map((id) => id !== undefined && tensors[id])]);
  if (!isDeepStrictEqual(portrait(again), portrait(graph))) {
    throw new Error("repacking changed what operators read");
  }
}

function orUserError<T>(action: () => T): T | UserError {
  try {
    return action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
