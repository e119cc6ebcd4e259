import { endianness } from "node:os";

/**
 * An array as the IDX format stores it: a type, a shape, and the elements in row-major order.
 *
 * Source: "The IDX file format", http://yann.lecun.com/exdb/mnist/, quoted in the README of
 * cvdfoundation/mnist. Magic number 0, 0, type code, rank; then `rank` dimensions as 32-bit
 * big-endian integers; then the elements, big-endian.
 */
export type Idx = { [T in IdxType]: IdxOf<T> }[IdxType];

export interface IdxOf<T extends IdxType> {
  readonly type: T;
  readonly shape: readonly number[];
  /** Flat, `shape` multiplied out; an empty shape is one element. */
  readonly data: IdxArrays[T];
}

export type IdxType = keyof IdxArrays;

export interface IdxArrays {
  uint8: Uint8Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  float32: Float32Array;
  float64: Float64Array;
}

export interface IdxTypeRow {
  readonly code: number;
  readonly bytes: 1 | 2 | 4 | 8;
}

/** 0x0A is not assigned. */
export const idxTypes = {
  uint8: { code: 0x08, bytes: 1 },
  int8: { code: 0x09, bytes: 1 },
  int16: { code: 0x0b, bytes: 2 },
  int32: { code: 0x0c, bytes: 4 },
  float32: { code: 0x0d, bytes: 4 },
  float64: { code: 0x0e, bytes: 8 },
} as const satisfies Record<IdxType, IdxTypeRow>;

/**
 * A copy of big-endian elements in this machine's byte order, or the other way round.
 *
 * raw: whole elements of `elementBytes` each.
 */
export function swapBytes(raw: Uint8Array, elementBytes: 1 | 2 | 4 | 8): ArrayBuffer {
  const copy = new Uint8Array(raw);
  if (endianness() === "LE") {
    const view = Buffer.from(copy.buffer);
    if (elementBytes === 2) view.swap16();
    else if (elementBytes === 4) view.swap32();
    else if (elementBytes === 8) view.swap64();
  }
  return copy.buffer;
}
