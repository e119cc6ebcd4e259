import { constants, gunzipSync, type ZlibOptions } from "node:zlib";
import { UserError } from "@smidgen/errors";
import { figure } from "./messages.ts";

/** Told by the first bytes, never by the name. Source: RFC 1952, section 2.3.1 (ID1, ID2). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Deflate's densest coding spends one bit on a match of 258 bytes at length-code plus one bit on
 * its distance, so no stream expands more than 1032 : 1. Source: zlib technical details, zlib.net.
 */
export const maxDeflateRatio = 1032;

/**
 * The whole content of a gzip file, which may not be larger than `maxBytes` (1 or more).
 *
 * @throws UserError `truncated-file` when the stream ends early, `corrupt-file` when it does not
 * decode or its checksum differs, `trailing-bytes` when something follows it, or as soon as the
 * content exceeds `maxBytes`: no more than that is ever held.
 */
export function gunzip(bytes: Uint8Array, name: string, maxBytes: number): Uint8Array {
  const { buffer, engine } = inflate(bytes, name, { maxOutputLength: maxBytes });
  const left = bytes.length - engine.bytesWritten;
  if (left !== 0) {
    throw new UserError("trailing-bytes", `${name}: ${figure(left)} bytes follow the gzip stream`);
  }
  return buffer;
}

/**
 * The first `count` bytes of a gzip file's content, or all of it when it is shorter.
 *
 * Only as much of the file is inflated as it takes, so a bomb costs nothing here.
 *
 * @throws UserError `corrupt-file`
 */
export function gunzipStart(bytes: Uint8Array, name: string, count: number): Uint8Array {
  // In small steps: past the gzip header, which may be long, a step inflates to 1 MiB at most.
  for (let prefix = step; prefix <= longestStart; prefix += step) {
    const { buffer } = inflate(bytes.subarray(0, prefix), name, {
      // A prefix of a stream is not an error here: give what it holds.
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    if (buffer.length >= count || prefix >= bytes.length) return buffer.subarray(0, count);
  }
  throw new UserError(
    "corrupt-file",
    `${name}: its first ${figure(longestStart)} bytes of gzip do not hold ${count} bytes of content`,
  );
}

const step = 1024;
const longestStart = 256 * step;

interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

function inflate(bytes: Uint8Array, name: string, options: ZlibOptions): Inflated {
  try {
    // With `info` the result carries the engine, which knows how much input it used.
    return gunzipSync(bytes, { ...options, info: true }) as unknown as Inflated;
  } catch (cause) {
    throw explain(cause, bytes, name, options.maxOutputLength ?? Infinity);
  }
}

function explain(cause: unknown, bytes: Uint8Array, name: string, maxBytes: number): unknown {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ERR_BUFFER_TOO_LARGE") {
    return new UserError(
      "trailing-bytes",
      `${name}: its gzip stream holds more than the ${figure(maxBytes)} bytes it should`,
      { cause },
    );
  }
  if (code === "Z_BUF_ERROR") {
    return new UserError(
      "truncated-file",
      `${name} has ${figure(bytes.length)} bytes; its gzip stream goes on after them`,
      { hint: "Download or copy the file again.", cause },
    );
  }
  if (cause instanceof Error && typeof code === "string" && code.startsWith("Z_")) {
    return new UserError("corrupt-file", `${name} is not a sound gzip file: ${cause.message}`, {
      hint: "Download or copy the file again.",
      cause,
    });
  }
  return cause;
}
