import { expect, test } from "vitest";
import { packMveProducts } from "./mve-products.ts";

const sums = (outputs: number, shift: readonly number[] = [-9]) => ({
  bias: Int32Array.from({ length: outputs }, (_, i) => i),
  multiplier: new Int32Array(outputs).fill(2 ** 30),
  shift: Int8Array.from({ length: outputs }, (_, i) => shift[i % shift.length]!),
  singleRounding: 0,
  outputZeroPoint: 3,
  activationMin: -128,
  activationMax: 127,
});

test("four rows share blocks of sixteen, the fifth follows, and zeros fill the last block", () => {
  const depth = 17;
  const filter = Int8Array.from({ length: 5 * depth }, (_, i) => Math.floor(i / depth) + 1);
  const { weights } = packMveProducts(sums(5), filter, { outputs: 5, depth })!;
  const blocks = Array.from({ length: 10 }, (_, i) => [...weights.subarray(16 * i, 16 * i + 16)]);
  const full = (row: number) => Array(16).fill(row);
  const rest = (row: number) => [row, ...Array(15).fill(0)];
  expect(blocks).toEqual([...[1, 2, 3, 4].map(full), ...[1, 2, 3, 4].map(rest), full(5), rest(5)]);
});

test("one scale is stored once, in four lanes; several for each output", () => {
  const filter = new Int8Array(5);
  const one = packMveProducts(sums(5), filter, { outputs: 5, depth: 1 });
  expect(one?.requantization).toMatchObject({
    bias: Int32Array.of(0, 1, 2, 3, 4, 4, 4, 4),
    shift: Int8Array.of(-9, -9, -9, -9),
    scale_step: 0,
    limits: Int32Array.of(-131, -131, -131, -131, 124, 124, 124, 124, 3, 3, 3, 3),
  });
  const several = packMveProducts(sums(5, [-9, -8]), filter, { outputs: 5, depth: 1 });
  expect(several?.requantization).toMatchObject({
    shift: Int8Array.of(-9, -8, -9, -8, -9, -9, -9, -9),
    scale_step: 4,
  });
});

test("a scale above 1 is left to others", () => {
  expect(packMveProducts(sums(1, [1]), new Int8Array(1), { outputs: 1, depth: 1 })).toBeUndefined();
});
