import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { UserError } from "@smidgen/errors";
import { decodeCheckpoint, encodeCheckpoint, type Checkpoint } from "./checkpoint.ts";

/**
 * Writes a checkpoint so that the file holds it or what it held before, whenever the process is killed or the
 * power fails: under another name, to the disk itself (fsync), and renamed only then.
 *
 * The other name is always the same, so that killed processes leave no more than one such file.
 *
 * @throws UserError `write-failed`
 */
export async function writeCheckpoint(file: string, checkpoint: Checkpoint): Promise<void> {
  const directory = dirname(file);
  const unfinished = join(directory, `.${basename(file)}.unfinished`);
  try {
    await mkdir(directory, { recursive: true });
    await writeThrough(unfinished, encodeCheckpoint(checkpoint));
    await rename(unfinished, file);
    await syncDirectory(directory);
  } catch (cause) {
    // what went wrong above is to be told, not what goes wrong here
    await rm(unfinished, { force: true }).catch(() => {});
    throw new UserError(
      "write-failed",
      `cannot write the checkpoint ${file}: ${(cause as Error).message}`,
      { cause },
    );
  }
}

async function writeThrough(file: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(file, "w");
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that the new name is on the disk too. Windows opens no directories, and needs it not. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * The checkpoint in a file, undefined if there is no such file.
 *
 * @throws UserError `corrupt-checkpoint` or `read-failed`
 */
export async function readCheckpoint(file: string): Promise<Checkpoint | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new UserError("read-failed", `cannot read ${file}: ${(cause as Error).message}`, {
      cause,
    });
  }
  return decodeCheckpoint(bytes, file);
}
