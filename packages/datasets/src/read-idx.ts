import { UserError } from "@smidgen/errors";
import { figure } from "./messages.ts";
import { gunzip, gunzipStart, isGzip, maxDeflateRatio } from "./gunzip.ts";
import { idxTypes, swapBytes, type Idx, type IdxArrays, type IdxType } from "./idx.ts";

export interface ReadIdxOptions {
  /** The largest uncompressed content that a gzip file may announce. Default: 1 GiB. */
  readonly maxBytes?: number;
}

/**
 * The array in an IDX file, plain or gzip (told by its first bytes), of any element type and rank.
 *
 * `name` is what messages call the file. For uint8 and int8 `data` is a view of the content, so of
 * `bytes` itself when the file is plain; wider types are converted to this machine's byte order.
 *
 * @throws UserError `not-idx` (magic number, element type), `truncated-file` and `trailing-bytes`
 * (header and size disagree), `file-too-large` (gzip only), `corrupt-file` (gzip does not decode).
 * Nothing is allocated for elements before the sizes agree.
 */
export function readIdx(bytes: Uint8Array, name: string, options: ReadIdxOptions = {}): Idx {
  const content = unpackIdx(bytes, name, options);
  const header = readHeader(content, name);
  return {
    type: header.type,
    shape: header.shape,
    data: decode[header.type](content.subarray(header.headerBytes)),
  } as Idx;
}

/**
 * The uncompressed bytes of an IDX file, exactly as many as its header announces. For a plain file
 * that is a view of `bytes`.
 *
 * @throws UserError as `readIdx` does.
 */
export function unpackIdx(
  bytes: Uint8Array,
  name: string,
  { maxBytes = 2 ** 30 }: ReadIdxOptions = {},
): Uint8Array {
  const content = isGzip(bytes) ? unpackGzip(bytes, name, maxBytes) : bytes;
  const { announcedBytes } = readHeader(content, name);
  if (announcedBytes > content.length) {
    throw new UserError(
      "truncated-file",
      `${name} has ${figure(content.length)} bytes; its header announces ${large(announcedBytes)}`,
      { hint: "Download or copy the file again." },
    );
  }
  if (announcedBytes < content.length) {
    throw new UserError(
      "trailing-bytes",
      `${name} has ${figure(content.length)} bytes; its header announces only ${large(announcedBytes)}`,
      { hint: "Download or copy the file again." },
    );
  }
  // Not a Buffer, even when `bytes` is one: its `slice` would not copy.
  return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
}

/** The header says how much there is to inflate, so it is read first, on its own. */
function unpackGzip(bytes: Uint8Array, name: string, maxBytes: number): Uint8Array {
  const rank = gunzipStart(bytes, name, 4)[3] ?? 0;
  const { announcedBytes } = readHeader(gunzipStart(bytes, name, 4 + 4 * rank), name);
  if (announcedBytes > bytes.length * maxDeflateRatio) {
    throw new UserError(
      "truncated-file",
      `${name}: its header announces ${large(announcedBytes)} bytes; ` +
        `${figure(bytes.length)} bytes of gzip cannot hold them`,
    );
  }
  if (announcedBytes > maxBytes) {
    throw new UserError(
      "file-too-large",
      `${name}: its header announces ${large(announcedBytes)} bytes; the limit is ${figure(maxBytes)}`,
    );
  }
  return gunzip(bytes, name, Number(announcedBytes));
}

interface IdxHeader {
  readonly type: IdxType;
  readonly shape: readonly number[];
  readonly headerBytes: number;
  /** Header and elements. A bigint: 255 dimensions of 2³² − 1 fit no number. */
  readonly announcedBytes: bigint;
}

function readHeader(content: Uint8Array, name: string): IdxHeader {
  if (content.length < 4) {
    throw new UserError(
      "truncated-file",
      `${name} has ${figure(content.length)} bytes; an IDX file has 4 or more`,
    );
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const type = typeNames.find((candidate) => idxTypes[candidate].code === view.getUint8(2));
  if (view.getUint16(0) !== 0 || type === undefined) {
    throw new UserError(
      "not-idx",
      `${name} is not an IDX file: it starts with ${hex(content.subarray(0, 4))}`,
      {
        hint:
          "An IDX file starts with 00 00, a type code " +
          `(${typeNames.map((known) => hex([idxTypes[known].code])).join(", ")}) and the rank.`,
      },
    );
  }
  const rank = view.getUint8(3);
  const headerBytes = 4 + 4 * rank;
  if (content.length < headerBytes) {
    throw new UserError(
      "truncated-file",
      `${name} has ${figure(content.length)} bytes; its header of rank ${rank} alone has ${headerBytes}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const elements = shape.reduce((product, size) => product * BigInt(size), 1n);
  const announcedBytes = BigInt(headerBytes) + elements * BigInt(idxTypes[type].bytes);
  return { type, shape, headerBytes, announcedBytes };
}

const typeNames = Object.keys(idxTypes) as IdxType[];

const decode = {
  uint8: (raw) => raw,
  int8: (raw) => new Int8Array(raw.buffer, raw.byteOffset, raw.byteLength),
  int16: (raw) => new Int16Array(swapBytes(raw, 2)),
  int32: (raw) => new Int32Array(swapBytes(raw, 4)),
  float32: (raw) => new Float32Array(swapBytes(raw, 4)),
  float64: (raw) => new Float64Array(swapBytes(raw, 8)),
} satisfies { [T in IdxType]: (raw: Uint8Array) => IdxArrays[T] };

function hex(bytes: Iterable<number>): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function large(bytes: bigint): string {
  return bytes < 2n ** 64n ? figure(bytes) : "more than 2^64";
}
