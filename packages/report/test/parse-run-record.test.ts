import { UserError } from "@smidgen/errors";
import { parseRunRecord, type RunRecord } from "@smidgen/report";
import fc from "fast-check";
import type { z } from "zod";
import { describe, expect, expectTypeOf, test } from "vitest";
import type { runRecordSchema } from "../src/run-record-schema.ts";
import { deployedRecord, fallbackRecord, mnistRecord, smallestRecord } from "./fixtures/records.ts";

test.each([
  ["a full record", mnistRecord],
  ["a record of a fallback", fallbackRecord],
  ["the smallest record", smallestRecord],
  ["a record of several cores", deployedRecord],
])("reads back %s", (_, record) => {
  expect(parseRunRecord(JSON.stringify(record), "run.json")).toEqual(record);
});

test("what the schema lets through is what the type says, in both directions", () => {
  expectTypeOf<z.output<typeof runRecordSchema>>().toExtend<RunRecord>();
  expectTypeOf<RunRecord>().toExtend<z.output<typeof runRecordSchema>>();
});

test("names every wrong field, with what stands there", () => {
  const record = withChanges((wrong) => {
    wrong.title = "";
    wrong.recordedAt = "yesterday";
    wrong.dataset.fallback = "no";
    wrong.model.parameters = 1.5;
    wrong.training.epochs[2].accuracy = 97.5;
    wrong.training.seed = undefined;
    wrong.training.sede = 3;
    wrong.systems[1].file.bytes = "409876";
    wrong.systems[2].memory.ram = 928;
    wrong.systems[3].memory.flashCode = { kind: "not-measured", reason: "no compiler" };
    wrong.systems[3].evaluation.kind = "guessed";
    wrong.environment.cpu = null;
  });
  expect(problemOf(record)).toMatchInlineSnapshot(`
    "invalid-run-record: run.json is not a run record, 12 fields are wrong:
      title: expected text, not nothing (it is "")
      recordedAt: expected a time in UTC such as 2026-08-01T12:00:00Z (it is "yesterday")
      dataset.fallback: expected one of 'false' | 'true'
      model.parameters: expected a whole number (it is 1.5)
      training.seed: expected a whole number
      training.epochs[2].accuracy: expected a share of 1, not per cent (it is 97.5)
      training.sede: no such field
      systems[1].file.bytes: expected a whole number (it is "409876")
      systems[2].memory.ram: expected object, received number (it is 928)
      systems[3].evaluation.kind: expected one of 'measured' | 'not-measured'
      systems[3].memory.flashCode.howTo: expected text
      environment.cpu: expected object, received null (it is null)"
  `);
});

test("names contradictions between fields", () => {
  const record = withChanges((wrong) => {
    wrong.systems[1].id = "tfjs";
    wrong.systems[2].label = "TensorFlow Lite";
    wrong.systems[3].memoryPlan.placements[0].firstOp = 3;
  });
  const plan = withChanges((wrong) => {
    wrong.systems[3].memoryPlan.placements[1].offsetBytes = 900;
    wrong.systems[3].memoryPlan.placements[3].lastOp = 4;
  });
  expect([problemOf(record), problemOf(plan)].join("\n")).toMatchInlineSnapshot(`
    "invalid-run-record: run.json is not a run record, 3 fields are wrong:
      systems[3].memoryPlan.placements[0].lastOp: comes before firstOp
      systems[1].id: another system has the same id (it is "tfjs")
      systems[2].label: another system has the same label (it is "TensorFlow Lite")
    invalid-run-record: run.json is not a run record, 2 fields are wrong:
      systems[3].memoryPlan.placements[1].bytes: ends at byte 1028 of an arena of 928
      systems[3].memoryPlan.placements[3].lastOp: there are 4 operators"
  `);
});

test.each([
  ["", "invalid-json"],
  ['{"schemaVersion": 1', "invalid-json"],
  ["null", "invalid-run-record"],
  ["[]", "invalid-run-record"],
  ["{}", "invalid-run-record"],
  ['{"schemaVersion": 2}', "unsupported-schema-version"],
  ['{"schemaVersion": 0}', "unsupported-schema-version"],
  ['{"schemaVersion": "1"}', "invalid-run-record"],
])("%s is %s", (json, code) => {
  expect(() => parseRunRecord(json, "run.json")).toThrow(expect.objectContaining({ code }));
});

test("a hint to update comes with newer records only", () => {
  expect(refusal('{"schemaVersion": 2}')?.hint).toContain("Update");
  expect(refusal('{"schemaVersion": 0}')?.hint).not.toContain("Update");
});

describe("whatever is in the file", () => {
  test("any JSON is refused with the file's name", () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(refusal(json)?.message).toContain("run.json");
      }),
    );
  });

  test("a record with any one value replaced is fine, or the error names the place", () => {
    fc.assert(
      fc.property(fc.constantFrom(...leaves(mnistRecord)), fc.jsonValue(), (place, value) => {
        const error = refusal(JSON.stringify(replaced(mnistRecord, place, value)));
        expect(error?.message ?? fieldName(place)).toContain(
          error?.code === "unsupported-schema-version" ? "version" : fieldName(place),
        );
      }),
      { numRuns: 300 },
    );
  });

  test("no escape sequence reaches the terminal through an error", () => {
    const hostile = "\u001B[2J\u009B31m\u202E";
    const json = JSON.stringify({ ...mnistRecord, [hostile]: 1, title: 1, recordedAt: hostile });
    for (const text of [json, `${hostile}{`]) {
      const message = refusal(text)?.message.replaceAll("\n", "");
      expect(message).toContain("\uFFFD");
      expect(message).not.toMatch(/\p{Cc}|\u202E/u);
    }
  });
});

function refusal(json: string): UserError | undefined {
  try {
    parseRunRecord(json, "run.json");
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

function problemOf(json: string): string {
  const error = refusal(json);
  return `${error?.code}: ${error?.message}`;
}

/** A copy in which the test may break what the type forbids. */
// oxlint-disable-next-line typescript/no-explicit-any
function withChanges(change: (record: any) => void): string {
  const record = structuredClone(mnistRecord);
  change(record);
  return JSON.stringify(record);
}

type Path = readonly (string | number)[];

/** The path of every value that is no object or array. */
function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) =>
    leaves(member, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function replaced(value: unknown, [key, ...rest]: Path, replacement: unknown): unknown {
  if (key === undefined) return replacement;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, replacement);
  return copy;
}

/** "systems[1].file"; the parts of a memory plan can contradict each other, so it is named as a whole. */
function fieldName(path: Path): string {
  return path
    .slice(0, path.includes("memoryPlan") ? 3 : undefined)
    .join(".")
    .replaceAll(/\.(\d+)/g, "[$1]");
}
