import { join } from "node:path";
import { UserError } from "@smidgen/errors";
import envPaths from "env-paths";
import { assemble } from "./assemble.ts";
import {
  catalog as publishedCatalog,
  fileRoles,
  type Catalog,
  type CatalogRow,
  type FileDatasetName,
  type FileRole,
} from "./catalog.ts";
import { datasetNames, type Dataset, type DatasetName, type LookedAt } from "./dataset.ts";
import { generateDigits } from "./digits/generate-digits.ts";
import { download, type DownloadOptions } from "./download.ts";
import type { DatasetObserver } from "./events.ts";
import { list } from "./messages.ts";
import { readContent, readDirectory, type Content, type Contents } from "./read-directory.ts";

export interface LoadDatasetOptions extends DownloadOptions {
  readonly name: DatasetName;
  /** Holds the four files, or a folder `<name>` that does. No other place is tried then. */
  readonly directory?: string;
  /** Default: `datasets` in the user's cache directory for smidgen. */
  readonly cacheDirectory?: string;
  /** False: never ask a mirror. Default: true. */
  readonly download?: boolean;
  /** False: an error where the dataset cannot be had. Default: true, MNIST becomes the digits. */
  readonly fallback?: boolean;
  /** What the embedded digits are drawn from. Default: 1. */
  readonly seed?: number;
  /** Files, digests and mirrors. Default: the published ones, `catalog`. */
  readonly catalog?: Catalog;
}

/**
 * A dataset from the first place that has it: `directory`; the directory named by the environment
 * variable SMIDGEN_DATA_DIR; the cache; the mirrors; and for MNIST the embedded digits, marked as a
 * fallback.
 *
 * What the examples are does not depend on the place. Content from the cache and the mirrors has
 * the published SHA-256; content of a directory may be a user's own (`source.isPublished`).
 *
 * @throws UserError `dataset-not-found`, with every place and why it did not do; `unknown-dataset`;
 * `invalid-argument`; for files in a directory that are there but cannot be used `invalid-dataset`,
 * `unusable-files`, or as `readIdx`; and whatever `signal` was aborted with.
 */
export async function loadDataset(
  options: LoadDatasetOptions,
  observer: DatasetObserver = () => {},
): Promise<Dataset> {
  checkOptions(options);
  const { name, directory, fallback = true, catalog = publishedCatalog } = options;
  if (name === "digits") return drawDigits(options, [], false, observer);

  const lookedAt: LookedAt[] = [];
  const skip = (place: string, why: string): void => {
    lookedAt.push({ place, why });
    observer({ kind: "skipped", place, why });
  };
  const found =
    directory === undefined
      ? ((await inDataDirectory(name, catalog, skip)) ??
        (await inCacheOrMirrors(name, catalog, options, skip, observer)))
      : await inDirectory(directory, name, catalog, skip);
  const row = catalog[name];
  if (found !== undefined) {
    const { kind, detail, isPublished, contents } = found;
    const { train, test } = assemble(row, contents);
    const source = { kind, detail, isPublished, lookedAt };
    return { name, source, isFallback: false, classes: row.classes, train, test };
  }
  if (directory === undefined && fallback && row.fallback === "digits") {
    return drawDigits(options, lookedAt, true, observer);
  }
  throw new UserError(
    "dataset-not-found",
    `${row.title} was not found:${list(lookedAt.map(({ place, why }) => `${place}: ${why}`))}`,
    {
      hint:
        `Put ${fileRoles.map((role) => `${row.files[role].name}.gz`).join(", ")} ` +
        "into a directory and name it.",
    },
  );
}

interface Found {
  readonly kind: "directory" | "cache" | "download";
  readonly detail: string;
  readonly isPublished: boolean;
  readonly contents: Contents;
}

type Skip = (place: string, why: string) => void;

async function inDataDirectory(
  name: FileDatasetName,
  catalog: Catalog,
  skip: Skip,
): Promise<Found | undefined> {
  const directory = process.env["SMIDGEN_DATA_DIR"];
  if (directory === undefined || directory === "") {
    skip("SMIDGEN_DATA_DIR", "not set");
    return undefined;
  }
  return inDirectory(directory, name, catalog, skip);
}

async function inDirectory(
  directory: string,
  name: FileDatasetName,
  catalog: Catalog,
  skip: Skip,
): Promise<Found | undefined> {
  const lookedAt: LookedAt[] = [];
  for (const place of [join(directory, name), directory]) {
    const found = await readDirectory(place, name, catalog);
    if ("contents" in found) return { kind: "directory", detail: place, ...found };
    lookedAt.push({ place, why: found.why });
  }
  for (const { place, why } of lookedAt) skip(place, why);
  return undefined;
}

async function inCacheOrMirrors(
  name: FileDatasetName,
  catalog: Catalog,
  options: LoadDatasetOptions,
  skip: Skip,
  observer: DatasetObserver,
): Promise<Found | undefined> {
  const { cacheDirectory = join(envPaths("smidgen").cache, "datasets"), signal } = options;
  const directory = join(cacheDirectory, name);
  const row = catalog[name];
  const { contents, problems } = await readCache(directory, row);
  if (isComplete(contents))
    return { kind: "cache", detail: directory, isPublished: true, contents };
  skip(directory, problems.join("; "));
  if (options.download === false) {
    skip("mirrors", "not asked: downloading is switched off");
    return undefined;
  }
  try {
    const origins = new Set<string>();
    for (const role of fileRoles) {
      if (contents[role] !== undefined) continue;
      const file = row.files[role];
      const { url, content } = await download(file, row.mirrors, directory, options, observer);
      contents[role] = { path: url, bytes: content, sha256: file.sha256 };
      origins.add(new URL(".", url).href);
    }
    const detail = [...origins].join(", ");
    return { kind: "download", detail, isPublished: true, contents: contents as Contents };
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof UserError)) throw error;
    skip("mirrors", error.message);
    return undefined;
  }
}

/** Only what has the published digest: whatever else is there is fetched again. */
async function readCache(
  directory: string,
  { files }: CatalogRow,
): Promise<{ contents: Partial<Record<FileRole, Content>>; problems: readonly string[] }> {
  const contents: Partial<Record<FileRole, Content>> = {};
  const missing: string[] = [];
  const damaged: string[] = [];
  for (const role of fileRoles) {
    const { name, sha256 } = files[role];
    try {
      let refused: string | undefined;
      const content = await readContent(directory, files[role], (candidate) => {
        const isRight = candidate.sha256 === sha256;
        if (!isRight) refused = `${candidate.path} has not the published SHA-256`;
        return isRight;
      });
      if (content !== undefined) contents[role] = content;
      else if (refused !== undefined) damaged.push(refused);
      else missing.push(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      damaged.push(error.message);
    }
  }
  const problems = missing.length === 0 ? damaged : [`lacks ${missing.join(", ")}`, ...damaged];
  return { contents, problems };
}

function isComplete(contents: Partial<Record<FileRole, Content>>): contents is Contents {
  return fileRoles.every((role) => contents[role] !== undefined);
}

function drawDigits(
  { seed = 1 }: LoadDatasetOptions,
  lookedAt: readonly LookedAt[],
  isFallback: boolean,
  observer: DatasetObserver,
): Dataset {
  observer({ kind: "drawing", images: 70_000, seed });
  const { classes, train, test } = generateDigits({ seed });
  const detail = `drawn from seed ${seed}`;
  const source = { kind: "embedded", detail, isPublished: true, lookedAt } as const;
  return { name: "digits", source, isFallback, classes, train, test };
}

function checkOptions({ name, directory, attempts }: LoadDatasetOptions): void {
  if (!datasetNames.includes(name)) {
    throw new UserError("unknown-dataset", `there is no dataset "${name}"`, {
      hint: `The datasets are ${datasetNames.join(", ")}.`,
    });
  }
  if (name === "digits" && directory !== undefined) {
    throw new UserError(
      "invalid-argument",
      `"digits" is drawn, not read: it has no directory (${directory})`,
      { hint: "Leave the directory out, or ask for mnist." },
    );
  }
  if (attempts !== undefined && !(Number.isInteger(attempts) && attempts > 0)) {
    throw new UserError("invalid-argument", `attempts is ${attempts}; it is 1 or more`);
  }
}
