import { randomUUID } from "node:crypto";
import { open, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";

/*
 * Files that belong to one running process. Their names say to which, so that processes which share
 * a directory keep out of each other's way, and what a killed one left behind can be told apart.
 *
 *   <file>.<host>.<process id>.<random>.<extension>
 */

export type Extension = "part" | "tmp";

const host = hostname().replaceAll(/[^A-Za-z0-9-]/g, "-");
const dayMilliseconds = 24 * 60 * 60 * 1000;

/** A path beside `directory/file` that no other process, and no other call in this one, uses. */
export function ownedPath(directory: string, file: string, extension: Extension): string {
  const random = randomUUID().slice(0, 8);
  return join(directory, `${file}.${host}.${process.pid}.${random}.${extension}`);
}

/** A path for what this process has done with and anyone may take over, by renaming it. */
export function releasedPath(directory: string, file: string, extension: Extension): string {
  return join(directory, `${file}.released.0.${randomUUID().slice(0, 8)}.${extension}`);
}

/** The paths that were released, or whose process has ended. None when there is no directory. */
export async function abandonedPaths(
  directory: string,
  file: string,
  extension: Extension,
): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  const abandoned: string[] = [];
  for (const name of names) {
    if (!name.startsWith(`${file}.`) || !name.endsWith(`.${extension}`)) continue;
    const owner = name.slice(file.length + 1, -extension.length - 1).split(".");
    if (owner.length !== 3) continue;
    const path = join(directory, name);
    if (await isAbandoned(path, owner[0]!, Number(owner[1]))) abandoned.push(path);
  }
  return abandoned;
}

/**
 * Puts `bytes` at `directory/file`, all or nothing: a reader sees the old file, or the new one.
 *
 * Others may do the same at the same time; the last one stays.
 */
export async function writeWhole(
  directory: string,
  file: string,
  bytes: Uint8Array,
): Promise<string> {
  const path = join(directory, file);
  const temporary = ownedPath(directory, file, "tmp");
  try {
    const handle = await open(temporary, "wx");
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return path;
}

async function isAbandoned(path: string, owner: string, pid: number): Promise<boolean> {
  if (owner === "released") return true;
  if (owner === host && !isRunning(pid)) return true;
  // Another machine's process, or a number that was given out again: only age tells.
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
  return Date.now() - mtimeMs > dayMilliseconds;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0); // asks, sends nothing
    return true;
  } catch (error) {
    // EPERM: it runs, as someone else.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
