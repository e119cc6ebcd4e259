import { gunzipSync, gzipSync } from "node:zlib";
import { UserError } from "@smidgen/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readIdx, writeIdx, type Idx } from "@smidgen/datasets";

const file = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

describe("bytes written out by hand", () => {
  test.each<[string, number[], Idx]>([
    // 00 00, type, rank, then 32-bit dimensions and elements, all big-endian
    [
      "uint8 [2, 1]",
      [0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 1, 7, 255],
      { type: "uint8", shape: [2, 1], data: Uint8Array.of(7, 255) },
    ],
    [
      "int8 [2]",
      [0, 0, 0x09, 1, 0, 0, 0, 2, 0x80, 0x7f],
      { type: "int8", shape: [2], data: Int8Array.of(-128, 127) },
    ],
    [
      "int16 [2]",
      [0, 0, 0x0b, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe],
      { type: "int16", shape: [2], data: Int16Array.of(258, -2) },
    ],
    [
      "int32 [1]",
      [0, 0, 0x0c, 1, 0, 0, 0, 1, 0x01, 0x02, 0x03, 0x04],
      { type: "int32", shape: [1], data: Int32Array.of(16909060) },
    ],
    [
      "float32 [1]",
      [0, 0, 0x0d, 1, 0, 0, 0, 1, 0xc0, 0x20, 0, 0],
      { type: "float32", shape: [1], data: Float32Array.of(-2.5) },
    ],
    [
      "float64 of rank 0",
      [0, 0, 0x0e, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0],
      { type: "float64", shape: [], data: Float64Array.of(1) },
    ],
    [
      "uint8 with an empty axis",
      [0, 0, 0x08, 2, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
      { type: "uint8", shape: [0, 4294967295], data: new Uint8Array() },
    ],
  ])("%s", (_, bytes, idx) => {
    expect(readIdx(file(...bytes), "a.idx")).toEqual(idx);
    expect(readIdx(gzipSync(file(...bytes)), "a.idx")).toEqual(idx);
    expect(writeIdx(idx)).toEqual(file(...bytes));
  });
});

test("what was written is read back, plain and gzip, whatever buffer it lies in", () => {
  fc.assert(
    fc.property(anyIdx, fc.nat(9), (idx, offset) => {
      const bytes = writeIdx(idx);
      const shifted = new Uint8Array(offset + bytes.length).subarray(offset);
      shifted.set(bytes);
      expect(readIdx(shifted, "a.idx")).toEqual(idx);
      expect(readIdx(gzipSync(bytes), "a.idx")).toEqual(idx);
    }),
  );
});

test("every prefix of a file is refused", () => {
  const bytes = writeIdx({ type: "int16", shape: [2, 2], data: Int16Array.of(1, 2, 3, 4) });
  for (const whole of [bytes, gzipSync(bytes)]) {
    for (let length = 0; length < whole.length; length++) {
      expect(problem(whole.subarray(0, length))).toMatch(/^(truncated-file|not-idx): bad\.idx/);
    }
  }
});

test("a changed byte in a gzip file is refused, or changes nothing", () => {
  const bytes = writeIdx({ type: "uint8", shape: [64], data: new Uint8Array(64).map((_, i) => i) });
  const whole = gzipSync(bytes);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const changed = Uint8Array.from(whole);
      changed[at]! ^= mask;
      // The header has bytes without effect on the content (time, operating system).
      const outcome = problem(changed) ?? `same content: ${gunzipSync(changed).equals(bytes)}`;
      expect(outcome).toMatch(/^(same content: true|[a-z-]+: .*bad\.idx)/);
    }),
    { numRuns: 1000 },
  );
});

const matrix = [0, 0, 0x08, 2, 0, 0, 0, 2, 0, 0, 0, 3]; // uint8 [2, 3], elements to follow
const huge = [0, 0, 0x08, 2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];

test.each([
  ["empty", file(), "truncated-file: bad.idx has 0 bytes"],
  ["another magic number", file(1, 0, 8, 1, 0, 0, 0, 0), "not-idx: bad.idx.*01 00 08 01"],
  ["an unassigned type", file(0, 0, 0x0a, 1, 0, 0, 0, 0), "not-idx: bad.idx.*00 00 0a 01"],
  ["half a header", file(0, 0, 8, 3, 0, 0, 0, 1), "truncated-file: bad.idx has 8.*rank 3.* 16"],
  ["one element short", file(...matrix, 1, 2, 3, 4, 5), "truncated-file: bad.idx has 17.* 18"],
  ["one byte over", file(...matrix, 1, 2, 3, 4, 5, 6, 7), "trailing-bytes: bad.idx has 19.* 18"],
  ["2^64 elements", file(...huge), "truncated-file: bad.idx has 12.*18,446,744,065,119,617,037"],
  [
    "255 dimensions of 2^32 - 1",
    file(0, 0, 0x0e, 255, ...Array.from({ length: 1020 }, () => 255)),
    "truncated-file: bad.idx has 1,024.*more than 2\\^64",
  ],
  ["a gzip file announcing too much", gzipSync(file(...huge)), "truncated-file: bad.idx.*18,446"],
  [
    "one byte over, in gzip",
    gzipSync(file(...matrix, 1, 2, 3, 4, 5, 6, 7)),
    "trailing-bytes: bad.idx.* 18 ",
  ],
  [
    "one element short, in gzip",
    gzipSync(file(...matrix, 1, 2, 3, 4, 5)),
    "truncated-file: bad.idx has 17.* 18",
  ],
  [
    "zeros after the gzip stream",
    Buffer.concat([gzipSync(file(...matrix, 1, 2, 3, 4, 5, 6)), Buffer.alloc(5)]),
    "trailing-bytes: bad.idx.*5 bytes follow",
  ],
  [
    "text after the gzip stream",
    Buffer.concat([gzipSync(file(...matrix, 1, 2, 3, 4, 5, 6)), Buffer.from("<html>")]),
    "corrupt-file: bad.idx",
  ],
  ["an error page", Buffer.from("<!doctype html>"), "not-idx: bad.idx.*3c 21 64 6f"],
])("%s is refused with the name and the figures", (_, bytes, expected) => {
  expect(problem(bytes)).toMatch(new RegExp(`^${expected}`));
});

test("a gzip bomb is inflated no further than its header announces", () => {
  const bomb = gzipSync(Buffer.concat([file(...matrix), Buffer.alloc(2 ** 26)]));
  const before = process.memoryUsage().arrayBuffers;
  expect(problem(bomb)).toMatch(/^trailing-bytes: bad\.idx.* 18 bytes/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
});

test.each([
  ["a long", 100_000, /^read$/],
  ["an endless", 2 ** 20, /^corrupt-file: bad\.idx: its first 262,144 bytes/],
])("%s file name in the gzip header", (_, length, expected) => {
  // RFC 1952, section 2.3: FLG.FNAME, and the name ends with a zero.
  const gzip = gzipSync(file(...matrix, 1, 2, 3, 4, 5, 6));
  const header = Uint8Array.from(gzip.subarray(0, 10));
  header[3] = 0b1000;
  const name = Buffer.alloc(length + 1, "n").fill(0, length);
  const named = Buffer.concat([header, name, gzip.subarray(10)]);
  expect(problem(named) ?? "read").toMatch(expected);
});

test("a gzip file that honestly announces more than the limit is not inflated", () => {
  const bytes = gzipSync(writeIdx({ type: "uint8", shape: [5000], data: new Uint8Array(5000) }));
  expect(readIdx(bytes, "big.idx", { maxBytes: 5008 }).shape).toEqual([5000]);
  expect(problem(bytes, 5007)).toMatch(/^file-too-large: bad\.idx.* 5,008 bytes.* 5,007/);
});

test.each<[Idx, RegExp]>([
  [{ type: "uint8", shape: [3], data: new Uint8Array(2) }, /\[3\] has 3 elements.* has 2/],
  [{ type: "uint8", shape: [-1], data: new Uint8Array() }, /dimension 0 is -1/],
  [{ type: "uint8", shape: [0, 2 ** 32], data: new Uint8Array() }, /dimension 1 is 4294967296/],
  [
    { type: "uint8", shape: Array.from({ length: 256 }, () => 1), data: new Uint8Array(1) },
    /at most 255 dimensions, not 256/,
  ],
])("an array the format cannot hold is not written", (idx, message) => {
  expect(() => writeIdx(idx)).toThrow(
    expect.objectContaining({ code: "invalid-idx", message: expect.stringMatching(message) }),
  );
});

const anyIdx: fc.Arbitrary<Idx> = fc
  .tuple(
    fc.constantFrom("uint8", "int8", "int16", "int32", "float32", "float64"),
    fc.array(fc.nat(4), { maxLength: 4 }),
    fc.infiniteStream(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  )
  .map(([type, shape, numbers]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const values = [...numbers.take(length)];
    return { type, shape, data: arrayOf[type](values) } as Idx;
  });

const arrayOf = {
  uint8: (values: number[]) => Uint8Array.from(values),
  int8: (values: number[]) => Int8Array.from(values),
  int16: (values: number[]) => Int16Array.from(values),
  int32: (values: number[]) => Int32Array.from(values),
  float32: (values: number[]) => Float32Array.from(values, (value) => value / 7),
  float64: (values: number[]) => Float64Array.from(values, (value) => value / 7),
};

/** "code: message" of the UserError that reading gives, or undefined when it succeeds. */
function problem(bytes: Uint8Array, maxBytes?: number): string | undefined {
  try {
    readIdx(bytes, "bad.idx", maxBytes === undefined ? {} : { maxBytes });
    return undefined;
  } catch (error) {
    if (error instanceof UserError) return `${error.code}: ${error.message}`;
    throw error;
  }
}
