import { UserError } from "@smidgen/errors";
import { z } from "zod";
import { printable } from "./format.ts";
import { runRecordSchema } from "./run-record-schema.ts";
import { type RunRecord, schemaVersion } from "./run-record.ts";

/**
 * The record in a file's text.
 *
 * @throws UserError `invalid-json`, `unsupported-schema-version`, or `invalid-run-record`, which names
 * every wrong field.
 */
export function parseRunRecord(json: string, fileName: string): RunRecord {
  const data = parseJson(json, fileName);
  refuseOtherVersions(data, fileName);
  const result = runRecordSchema.safeParse(data, { reportInput: true });
  if (result.success) return result.data;

  const problems = result.error.issues.flatMap(describeIssue);
  throw new UserError(
    "invalid-run-record",
    `${fileName} is not a run record, ${problems.length} ${problems.length === 1 ? "field is" : "fields are"} wrong:\n` +
      problems.map((problem) => `  ${problem}`).join("\n"),
    { hint: "Correct these fields, or make the record again." },
  );
}

function parseJson(json: string, fileName: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new UserError(
      "invalid-json",
      `${fileName} has ${json.length} characters that are not JSON: ${printable((cause as Error).message)}`,
      { hint: "Make the record again: the file may have been cut short.", cause },
    );
  }
}

function refuseOtherVersions(data: unknown, fileName: string): void {
  const version = (data as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version !== "number" || version === schemaVersion) return;
  throw new UserError(
    "unsupported-schema-version",
    `${fileName} is a run record of version ${version}; this program reads version ${schemaVersion}`,
    {
      hint:
        version > schemaVersion
          ? "Update @smidgen/report, or make the record again with this version."
          : "Make the record again with this version.",
    },
  );
}

function describeIssue(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${fieldName([...issue.path, key])}: no such field`);
  }
  const problem = issue.message
    .replace("Invalid discriminator value. Expected", "expected one of")
    .replace(/^(Invalid input|Invalid option|Too small|Too big): /, "");
  return [`${fieldName(issue.path)}: ${problem}${describeInput(issue.input)}`];
}

function fieldName(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "the whole" : printable(z.core.toDotPath(path));
}

function describeInput(input: unknown): string {
  if (input === undefined || (typeof input === "object" && input !== null)) return "";
  const shown = printable(JSON.stringify(input));
  return ` (it is ${shown.length > 40 ? `${shown.slice(0, 40)}…` : shown})`;
}
