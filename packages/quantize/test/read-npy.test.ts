import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { UserError } from "@smidgen/errors";
import { graphBuilder } from "@smidgen/graph";
import { arraySamples, readNpy } from "@smidgen/quantize";

/** As `np.save` writes it: the header is padded to a multiple of 64 bytes. */
function npy(descr: string, shape: string, data: ArrayBufferView, order = "False"): Uint8Array {
  const literal = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const padding = 63 - ((10 + literal.length) % 64);
  const header = `${literal}${" ".repeat(padding)}\n`;
  const start = Uint8Array.of(
    0x93,
    ...Buffer.from("NUMPY"),
    1,
    0,
    header.length & 255,
    header.length >> 8,
  );
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Uint8Array.from([...start, ...Buffer.from(header), ...bytes]);
}

test.each([
  ["<f4", Float32Array.of(0.5, -1, 3e38, 1e-45)],
  ["<f8", Float64Array.of(0.5, -1, 0.25, 7)],
  ["|i1", Int8Array.of(-128, 127, 0, 5)],
  ["|u1", Uint8Array.of(255, 127, 0, 5)],
  ["<i2", Int16Array.of(-32_768, 32_767, 0, 5)],
  ["<i4", Int32Array.of(-5, 5, 0, 1)],
  ["<i8", BigInt64Array.of(-5n, 5n, 0n, 1n)],
  ["|b1", Uint8Array.of(1, 0, 0, 1)],
])("%s", (descr, data) => {
  const { shape, data: read } = readNpy(npy(descr, "(2, 2)", data));
  expect(shape).toEqual([2, 2]);
  expect([...read]).toEqual(Array.from(data, Number).map(Math.fround));
});

test("numbers with the most significant byte first", () => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat32(0, 1.5);
  view.setFloat32(4, -2);
  expect([...readNpy(npy(">f4", "(2,)", view)).data]).toEqual([1.5, -2]);
});

test("positions, if asked for", () => {
  expect(readNpy(npy("<i8", "(2,)", BigInt64Array.of(7n, 9n)), { integers: true }).data).toEqual(
    Int32Array.of(7, 9),
  );
});

const good = npy("<f4", "(2, 3)", new Float32Array(6));

test.each<[problem: string, bytes: Uint8Array, code: string, message: RegExp]>([
  ["something else", Buffer.from("PK\u0003\u0004"), "not-npy", /x\.npy is no \.npy file/],
  ["another version", Uint8Array.of(...good.subarray(0, 6), 9, 0), "unsupported-npy", /version 9/],
  ["text", npy("<U4", "(2,)", new Uint8Array(32)), "unsupported-npy", /type "<U4"/],
  ["columns", npy("<f4", "(2, 3)", new Float32Array(6), "True"), "unsupported-npy", /column by/],
  ["no shape", npy("<f4", "2", new Float32Array(2)), "invalid-npy", /without type, order or shape/],
  [
    "too little data",
    npy("<f4", "(2, 4)", new Float32Array(6)),
    "truncated-file",
    /its header announces/,
  ],
  [
    "an enormous shape",
    npy("<f4", "(99999999, 99999999)", new Float32Array(6)),
    "truncated-file",
    /has 152 bytes/,
  ],
])("%s is refused", (_, bytes, code, message) => {
  expect(() => readNpy(bytes, { name: "x.npy" })).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test("every beginning of a file, and every damaged byte, is read or refused as a user's mistake", () => {
  const outcome = (bytes: Uint8Array): "read" | "refused" => {
    try {
      readNpy(bytes);
      return "read";
    } catch (error) {
      if (error instanceof UserError) return "refused";
      throw error;
    }
  };
  for (let end = 0; end < good.length; end++) expect(outcome(good.slice(0, end))).toBe("refused");
  fc.assert(
    fc.property(fc.nat(good.length - 1), fc.nat(255), (at, byte) => {
      const damaged = good.slice();
      damaged[at] = byte;
      expect(outcome(damaged)).toMatch(/read|refused/);
    }),
  );
});

describe("samples from arrays", () => {
  const b = graphBuilder("two");
  const x = b.input("x", { type: "float32", shape: [1, 2] });
  const y = b.input("y", { type: "float32", shape: [1, 1, 3] });
  const graph = b.build([x, y]);
  const rows = (shape: readonly number[]) => ({
    shape,
    data: Float32Array.from({ length: shape.reduce((p, q) => p * q, 1) }, (_, i) => i),
  });

  test("are rows of each, whether or not they have the dimension of the batch", () => {
    const expected = [
      [Float32Array.of(0, 1), Float32Array.of(0, 1, 2)],
      [Float32Array.of(2, 3), Float32Array.of(3, 4, 5)],
    ];
    expect([...arraySamples(graph, [rows([2, 2]), rows([2, 1, 1, 3])])]).toEqual(expected);
    expect([...arraySamples(graph, [rows([2, 1, 2]), rows([2, 3])], 1)]).toEqual(
      expected.slice(0, 1),
    );
    expect([...arraySamples(graph, [rows([1, 2]), rows([3])])]).toEqual(expected.slice(0, 1));
  });

  test.each([
    ["too few arrays", [rows([2, 2])], /1 arrays; the network has 2 inputs/],
    [
      "other numbers",
      [rows([2, 3]), rows([2, 3])],
      /\[2, 3\] does not hold inputs of "x" \[1, 2\]: 3/,
    ],
    ["other counts", [rows([2, 2]), rows([3, 3])], /the arrays hold 2, 3 samples/],
  ])("%s are refused", (_, arrays, message) => {
    expect(() => [...arraySamples(graph, arrays)]).toThrow(
      expect.objectContaining({ code: "wrong-sample", message: expect.stringMatching(message) }),
    );
  });
});
