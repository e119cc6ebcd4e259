import { access, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { UserError } from "@smidgen/errors";

/** @throws UserError `cannot-read` */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new UserError("cannot-read", `${file} cannot be read: ${reason(cause)}`, { cause });
  }
}

/**
 * Writes a file so that it is there as a whole or not at all, also if it was there before.
 *
 * @throws UserError `cannot-write`
 */
export async function writeWhole(file: string, data: Uint8Array | string): Promise<void> {
  const unfinished = path.join(
    path.dirname(file),
    `.${path.basename(file)}.${process.pid}.unfinished`,
  );
  try {
    await writeFile(unfinished, data);
    await rename(unfinished, file);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new UserError("cannot-write", `${file} cannot be written: ${reason(cause)}`, { cause });
  }
}

/**
 * Makes a folder and those that it lies in, if they are not there yet.
 *
 * @throws UserError `cannot-write`
 */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (cause) {
    throw new UserError("cannot-write", `${folder} cannot be made: ${reason(cause)}`, { cause });
  }
}

export function fileExists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** False also where there is nothing. */
export async function isFolder(place: string): Promise<boolean> {
  const found = await stat(place).catch(() => undefined);
  return found?.isDirectory() === true;
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EEXIST: "there is a file of that name",
  EISDIR: "it is a folder",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of its path is not a folder",
};

function reason(cause: unknown): string {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
