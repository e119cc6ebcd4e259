import { open, readFile, rename, rm } from "node:fs/promises";
import { abandonedPaths, ownedPath, releasedPath } from "./owned-file.ts";

/**
 * A download under way: bytes on disk that a later attempt, or a later run, may go on with.
 *
 * On disk it is one line of JSON (where the bytes come from) and then the bytes, in a single file,
 * so that taking it over is one atomic rename. Such a file is never mistaken for a result: its name
 * is another, and results are verified.
 */
export interface PartialFile {
  /** Where the bytes come from. Undefined: there are none that could be continued. */
  readonly origin: PartialOrigin | undefined;
  readonly size: number;
  /** Forgets the bytes and starts anew. */
  restart(origin: PartialOrigin): Promise<void>;
  append(chunk: Uint8Array): Promise<void>;
  bytes(): Promise<Uint8Array>;
  /** Forgets the bytes. */
  clear(): Promise<void>;
  /** Leaves what is there to whoever tries next. Call this or `remove`, once. */
  release(): Promise<void>;
  remove(): Promise<void>;
}

export interface PartialOrigin {
  readonly url: string;
  /** A strong ETag or a Last-Modified date: what `If-Range` takes. */
  readonly validator: string | undefined;
}

/** Goes on with what another run left in `directory` for `file`, or starts with nothing. */
export async function claimPartialFile(directory: string, file: string): Promise<PartialFile> {
  const path = ownedPath(directory, file, "part");
  for (const abandoned of await abandonedPaths(directory, file, "part")) {
    // Two processes may try; the one whose rename succeeds has it.
    const isClaimed = await rename(abandoned, path).then(
      () => true,
      () => false,
    );
    if (isClaimed) break;
  }

  const handle = await open(path, "a+");
  let head = await readHead(path);
  let size = (await handle.stat()).size - head.bytes;
  if (head.origin === undefined) await clear();

  async function clear(): Promise<void> {
    await handle.truncate(0);
    head = { origin: undefined, bytes: 0 };
    size = 0;
  }
  return {
    get origin() {
      return head.origin;
    },
    get size() {
      return size;
    },
    async restart(origin) {
      await clear();
      const line = Buffer.from(`${JSON.stringify(origin)}\n`);
      await handle.appendFile(line);
      head = { origin, bytes: line.length };
    },
    async append(chunk) {
      await handle.appendFile(chunk);
      size += chunk.length;
    },
    async bytes() {
      const whole = await readFile(path);
      return whole.subarray(head.bytes);
    },
    clear,
    async release() {
      await handle.close();
      const isOfUse = head.origin?.validator !== undefined && size > 0;
      await (isOfUse ? rename(path, releasedPath(directory, file, "part")) : rm(path));
    },
    async remove() {
      await handle.close();
      await rm(path);
    },
  };
}

interface Head {
  readonly origin: PartialOrigin | undefined;
  /** The length of the first line. */
  readonly bytes: number;
}

/** A process killed at any moment may have left half a line, or nothing: then there is no origin. */
async function readHead(path: string): Promise<Head> {
  const whole = await readFile(path);
  const end = whole.indexOf(0x0a);
  try {
    const origin = JSON.parse(whole.toString("utf8", 0, end)) as PartialOrigin;
    if (end > 0 && typeof origin.url === "string" && typeof origin.validator === "string") {
      return { origin, bytes: end + 1 };
    }
  } catch {
    // Not a line of ours.
  }
  return { origin: undefined, bytes: 0 };
}
