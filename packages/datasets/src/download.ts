import { mkdir, rm } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "@smidgen/errors";
import type { CatalogFile } from "./catalog.ts";
import type { DatasetObserver } from "./events.ts";
import { figure, list } from "./messages.ts";
import { isGzip } from "./gunzip.ts";
import { abandonedPaths, writeWhole, type Extension } from "./owned-file.ts";
import { claimPartialFile, type PartialFile } from "./partial-file.ts";
import { request } from "./request.ts";
import { unpackIdx } from "./read-idx.ts";
import { sha256 } from "./sha256.ts";

export interface DownloadOptions {
  /** How long a server may stay silent. Default: 30,000. */
  readonly timeoutMilliseconds?: number;
  /** How often a mirror is asked for a file before it is given up, 1 or more. Default: 4. */
  readonly attempts?: number;
  /** The wait before the second attempt; it doubles with each further one. Default: 500. */
  readonly backoffMilliseconds?: number;
  /** Ends the download; what has arrived stays for a later run. */
  readonly signal?: AbortSignal;
}

export interface Downloaded {
  readonly url: string;
  /** Uncompressed, and verified. */
  readonly content: Uint8Array;
}

/**
 * `file` from the first mirror that has it. It is in `directory` then, under its own name (with
 * `.gz` when it came so).
 *
 * A cut download goes on where it stopped, in this run or a later one, when the server allows it.
 *
 * @throws UserError `download-failed`, with every mirror and why it failed; `cache-not-writable`.
 */
export async function download(
  file: CatalogFile,
  mirrors: readonly string[],
  directory: string,
  options: DownloadOptions,
  observer: DatasetObserver,
): Promise<Downloaded> {
  return writing(directory, async () => {
    await mkdir(directory, { recursive: true });
    await sweep(directory, file.name, "tmp");
    const partial = await claimPartialFile(directory, file.name);
    let isDone = false;
    try {
      const { url, bytes, content } = await fromMirrors(file, mirrors, partial, options, observer);
      const fileName = isGzip(bytes) ? `${file.name}.gz` : file.name;
      const path = await writeWhole(directory, fileName, bytes);
      await sweep(directory, file.name, "part");
      observer({ kind: "downloaded", url, path });
      isDone = true;
      return { url, content };
    } finally {
      await (isDone ? partial.remove() : partial.release());
    }
  });
}

/** Removes what ended processes left. */
async function sweep(directory: string, file: string, extension: Extension): Promise<void> {
  for (const leftover of await abandonedPaths(directory, file, extension)) {
    await rm(leftover, { force: true });
  }
}

interface Verified extends Downloaded {
  /** As they came. */
  readonly bytes: Uint8Array;
}

async function fromMirrors(
  file: CatalogFile,
  mirrors: readonly string[],
  partial: PartialFile,
  options: DownloadOptions,
  observer: DatasetObserver,
): Promise<Verified> {
  const { attempts = 4, backoffMilliseconds = 500, signal } = options;
  const failures: string[] = [];
  for (const mirror of mirrors) {
    const url = `${mirror}${file.name}.gz`;
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOnce(file, url, partial, options, observer);
      if ("content" in outcome) return outcome;
      if (outcome.isFinal || attempt >= attempts) {
        const why = attempt === 1 ? outcome.why : `${outcome.why} (${attempt} attempts)`;
        failures.push(`${url}: ${why}`);
        observer({ kind: "mirror-failed", url, why });
        break;
      }
      const waitMilliseconds = backoffMilliseconds * 2 ** (attempt - 1);
      observer({ kind: "retry", url, why: outcome.why, waitMilliseconds });
      await delay(waitMilliseconds, undefined, signal === undefined ? {} : { signal });
    }
  }
  throw new UserError("download-failed", `${file.name} was not downloaded:${list(failures)}`, {
    hint: "Check the connection, or download the files yourself and name their directory.",
  });
}

interface Failure {
  readonly why: string;
  /** No further attempt would change it. */
  readonly isFinal: boolean;
}

async function attemptOnce(
  file: CatalogFile,
  url: string,
  partial: PartialFile,
  { timeoutMilliseconds = 30_000, signal }: DownloadOptions,
  observer: DatasetObserver,
): Promise<Verified | Failure> {
  const { origin, size: resumedAt } = partial;
  const validator = origin?.url === url && resumedAt > 0 ? origin.validator : undefined;
  const reply = await request(url, {
    resume: validator === undefined ? undefined : { from: resumedAt, validator },
    timeoutMilliseconds,
    signal,
  });
  if (reply.kind === "failure") return reply;
  if (reply.kind === "nothing-to-resume") {
    await partial.clear();
    return { why: "the server would not go on where the download stopped", isFinal: false };
  }

  const isResumed = reply.kind === "rest";
  if (!isResumed) await partial.restart({ url, validator: reply.validator });
  try {
    for (;;) {
      const chunk = await reply.next();
      if (chunk === "end") break;
      if ("why" in chunk) return chunk;
      await partial.append(chunk.bytes);
      const { size: receivedBytes } = partial;
      observer({
        kind: "progress",
        file: file.name,
        url,
        receivedBytes,
        totalBytes: reply.totalBytes,
      });
      if (receivedBytes > mostBytes(file)) {
        await partial.clear();
        return { why: `it sends more than ${figure(mostBytes(file))} bytes`, isFinal: true };
      }
    }
  } finally {
    await reply.cancel();
  }

  const bytes = await partial.bytes();
  const verdict = verify(bytes, url, file);
  if (verdict instanceof Uint8Array) return { url, bytes, content: verdict };
  await partial.clear();
  // The beginning may have been at fault: once more, from the start.
  return { why: verdict, isFinal: !isResumed };
}

/** The content when it is what it should be, or else what is wrong with it. */
function verify(bytes: Uint8Array, url: string, file: CatalogFile): Uint8Array | string {
  let content: Uint8Array;
  try {
    content = unpackIdx(bytes, url.slice(url.lastIndexOf("/") + 1), {
      maxBytes: file.contentBytes,
    });
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  const found = sha256(content);
  return found === file.sha256 ? content : `the content has SHA-256 ${found}, not ${file.sha256}`;
}

/** Deflate adds 5 bytes to every 64 KiB it cannot compress; gzip's header and trailer are short. */
function mostBytes(file: CatalogFile): number {
  return file.contentBytes + Math.ceil(file.contentBytes / 1000) + 1024;
}

/** Runs what writes to `directory`; the system's refusals become a user's error. */
async function writing<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (!(cause instanceof Error && "syscall" in cause)) throw cause;
    throw new UserError("cache-not-writable", `${directory} cannot be written: ${cause.message}`, {
      hint: "Name another cache directory.",
      cause,
    });
  }
}
