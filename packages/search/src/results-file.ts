import { mkdir, open, readFile, truncate } from "node:fs/promises";
import path from "node:path";
import { UserError } from "@smidgen/errors";
import type { ConvNetwork } from "@smidgen/training";
import { z } from "zod";
import type { Costs } from "./budget.ts";
import { networkName } from "./family.ts";

/** What came of training one network for so many epochs. A line of the results file. */
export interface SearchResult {
  readonly name: string;
  readonly network: ConvNetwork;
  readonly epochs: number;
  /** What it was known to cost before it was trained; the truth is never less. */
  readonly sized: Costs;
  /** Absent if the training diverged, as `validation`. */
  readonly costs?: Costs;
  /** On the validation examples. */
  readonly validation?: {
    /** Of the int8 network, 0 … 1. */
    readonly accuracy: number;
    /** As it was trained, in floats. */
    readonly floatAccuracy: number;
    readonly floatLoss: number;
  };
  /** Why there are no figures. */
  readonly problem?: string;
}

/** What all results depend on, besides the network and its epochs: the first line. */
export type Identity = Readonly<Record<string, unknown>>;

/** Results on disk. */
export interface ResultsFile {
  /** Those that were there. */
  readonly found: readonly SearchResult[];
  /** Adds a line, and returns when it is on the disk. */
  readonly append: (result: SearchResult) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a file of results, or begins one: JSON lines, the identity first.
 *
 * A last line without its end is what a killed search leaves: it is cut off.
 *
 * @throws UserError `corrupt-results`, naming every bad line; `results-mismatch`, naming what differs; `read-failed`,
 *   `write-failed`
 */
export async function openResults(file: string, identity: Identity): Promise<ResultsFile> {
  const text = await readIfThere(file);
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const lines = whole.split("\n").slice(0, -1);
  const found = lines.length === 0 ? [] : parse(lines, identity, file);
  try {
    await mkdir(path.dirname(file), { recursive: true });
    if (whole !== text) await truncate(file, Buffer.byteLength(whole));
    const handle = await open(file, "a");
    const write = async (value: unknown) => {
      // one call, so that lines do not mix
      await handle.appendFile(`${JSON.stringify(value)}\n`);
      await handle.datasync();
    };
    if (lines.length === 0) await write({ search: version, ...identity });
    return {
      found,
      append: (result) => write(result).catch((cause: unknown) => refuse("write", file, cause)),
      close: () => handle.close(),
    };
  } catch (cause) {
    return refuse("write", file, cause);
  }
}

const version = 1;

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "";
    return refuse("read", file, cause);
  }
}

function refuse(what: "read" | "write", file: string, cause: unknown): never {
  const message = `${file} cannot be ${what === "read" ? "read" : "written"}: ${(cause as Error).message}`;
  throw new UserError(`${what}-failed`, message, { cause });
}

const bytes = z.int().min(0);
const share = z.number().min(0).max(1);

const costsSchema = z.strictObject({
  flashBytes: bytes,
  ramBytes: bytes,
  multiplyAccumulates: bytes,
  constantBytes: bytes,
  codeBytes: bytes,
  staticBytes: bytes,
  operandBytes: bytes,
  stackBytes: bytes,
});

const resultSchema = z
  .strictObject({
    name: z.string(),
    network: z.strictObject({
      widths: z.array(z.int().positive()).min(1),
      firstKernel: z.union([z.literal(3), z.literal(5)]),
      firstStride: z.union([z.literal(1), z.literal(2)]),
      convolution: z.enum(["plain", "separable"]),
      head: z.enum(["mean", "flatten"]),
    }),
    epochs: z.int().positive(),
    sized: costsSchema,
    costs: costsSchema.exactOptional(),
    validation: z
      .strictObject({ accuracy: share, floatAccuracy: share, floatLoss: z.number() })
      .exactOptional(),
    problem: z.string().exactOptional(),
  })
  .refine(({ name, network }) => name === networkName(network), "name and network differ")
  .refine(
    ({ costs, validation, problem }) =>
      (validation === undefined) === (costs === undefined) &&
      (validation === undefined) !== (problem === undefined),
    "it needs either costs and validation or problem",
  );

function parse(
  lines: readonly string[],
  identity: Identity,
  file: string,
): readonly SearchResult[] {
  const problems: string[] = [];
  const results: SearchResult[] = [];
  let header: Identity | undefined;
  for (const [i, line] of lines.entries()) {
    const place = `line ${i + 1}`;
    const value = parseJson(line);
    if (i === 0) {
      header = isHeader(value) ? value : undefined;
      if (header === undefined) problems.push(`${place} is not the head of a search's results`);
      continue;
    }
    const result = resultSchema.safeParse(value);
    if (result.success) results.push(result.data);
    else {
      const [issue] = result.error.issues;
      const where = issue?.path.join(".") ?? "";
      problems.push(
        value === undefined
          ? `${place} is not JSON`
          : `${place} is no result: ${where === "" ? "" : `${where}: `}${issue?.message}`,
      );
    }
  }
  if (problems.length > 0 || header === undefined) {
    throw new UserError("corrupt-results", `${file}: ${problems.join("; ")}`, {
      hint: "Remove these lines: their networks are trained again. Without the first line, remove the file.",
    });
  }
  requireSame(header, identity, file);
  return results;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isHeader(value: unknown): value is Identity {
  return typeof value === "object" && value !== null && "search" in value;
}

function requireSame(header: Identity, identity: Identity, file: string): void {
  const wanted: Identity = { search: version, ...identity };
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(header)])];
  const different = names.filter((name) => canonical(header[name]) !== canonical(wanted[name]));
  if (different.length === 0) return;
  const list = different.map(
    (name) => `${name} was ${canonical(header[name])}, now it is ${canonical(wanted[name])}`,
  );
  throw new UserError(
    "results-mismatch",
    `${file} holds results of another search: ${list.join("; ")}`,
    {
      hint: "Go on with what it began with, or choose another place for the results. Budget, family and rounds may change.",
    },
  );
}

/** JSON with the names of objects in order. */
function canonical(value: unknown): string {
  const sorted = (_: string, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : each;
  return JSON.stringify(value, sorted) ?? "not given";
}
