import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { SourceFile } from "@smidgen/codegen";

/** Does something in a new temporary folder, which is gone afterwards whatever happens. */
export async function inWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "smidgen-device-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** @throws Error for a path that leads out of the folder. */
export async function writeSources(folder: string, sources: readonly SourceFile[]): Promise<void> {
  for (const { path: name, text } of sources) {
    const target = path.resolve(folder, name);
    if (!target.startsWith(path.resolve(folder) + path.sep)) {
      throw new Error(`the source ${name} would lie outside its folder`);
    }
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text);
  }
}
