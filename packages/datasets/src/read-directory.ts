import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { UserError } from "@smidgen/errors";
import {
  fileRoles,
  type Catalog,
  type CatalogFile,
  type FileDatasetName,
  type FileRole,
} from "./catalog.ts";
import { list } from "./messages.ts";
import { unpackIdx } from "./read-idx.ts";
import { sha256 } from "./sha256.ts";

/** The uncompressed content of a dataset's four files. */
export type Contents = Readonly<Record<FileRole, Content>>;

export interface Content {
  /** Where it is, for messages. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

export interface DirectoryContents {
  readonly contents: Contents;
  readonly isPublished: boolean;
}

export interface Absent {
  readonly why: string;
}

/**
 * What a user's directory holds of a dataset, or why it does not hold it: files are missing, or
 * have the published digest of another dataset (the names are the same).
 *
 * @throws UserError when the files are there and one or more cannot be used.
 */
export async function readDirectory(
  directory: string,
  name: FileDatasetName,
  catalog: Catalog,
): Promise<DirectoryContents | Absent> {
  const { files } = catalog[name];
  const contents: Partial<Record<FileRole, Content>> = {};
  const missing: string[] = [];
  const problems: UserError[] = [];
  for (const role of fileRoles) {
    try {
      const content = await readContent(directory, files[role]);
      if (content === undefined) missing.push(files[role].name);
      else contents[role] = content;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error);
    }
  }
  if (missing.length === fileRoles.length) {
    const exists = await stat(directory).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    return { why: exists ? "holds none of the four files" : "is not a directory" };
  }
  if (missing.length > 0) return { why: `lacks ${missing.join(", ")} (plain or .gz)` };
  if (problems.length > 0) throw together(directory, problems);

  const complete = contents as Contents;
  return (
    belongsElsewhere(complete, name, catalog) ?? {
      contents: complete,
      isPublished: fileRoles.every((role) => complete[role].sha256 === files[role].sha256),
    }
  );
}

/**
 * The first sound file of those that a directory may hold `file` as, or undefined where it has none.
 *
 * `accept` may refuse a sound one for the next.
 *
 * @throws UserError `unreadable-file`, or as `unpackIdx`, of the first when none will do.
 */
export async function readContent(
  directory: string,
  file: CatalogFile,
  accept: (content: Content) => boolean = () => true,
): Promise<Content | undefined> {
  let problem: unknown;
  for (const candidate of candidates(file)) {
    const path = join(directory, candidate);
    try {
      const raw = await readIfThere(path);
      if (raw === undefined) continue;
      const bytes = unpackIdx(raw, path);
      const content = { path, bytes, sha256: sha256(bytes) };
      if (accept(content)) return content;
    } catch (error) {
      problem ??= error;
    }
  }
  if (problem !== undefined) throw problem;
  return undefined;
}

/** Some copies in circulation are called `train-images.idx3-ubyte`. */
function candidates({ name }: CatalogFile): readonly string[] {
  const dotted = name.replace("-idx", ".idx");
  return [name, `${name}.gz`, dotted, `${dotted}.gz`];
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new UserError("unreadable-file", `${path} cannot be read: ${String(code)}`, { cause });
  }
}

function together(directory: string, problems: readonly UserError[]): UserError {
  const [only, ...others] = problems;
  if (only !== undefined && others.length === 0) return only;
  const messages = problems.map((problem) => problem.message);
  return new UserError("unusable-files", `${directory}:${list(messages)}`, { cause: problems });
}

function belongsElsewhere(
  contents: Contents,
  name: FileDatasetName,
  catalog: Catalog,
): Absent | undefined {
  for (const [otherName, other] of Object.entries(catalog)) {
    if (otherName === name) continue;
    const foreign = fileRoles.filter((role) => contents[role].sha256 === other.files[role].sha256);
    if (foreign.length === 0) continue;
    const names = foreign.map((role) => other.files[role].name).join(", ");
    return { why: `holds files of ${other.title}, not ${catalog[name].title}: ${names}` };
  }
  return undefined;
}
