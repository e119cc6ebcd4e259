import { expect, test } from "vitest";
import type { ElementArray, TensorId } from "@smidgen/graph";
import { compareEngines } from "../src/verify/compare-engines.ts";
import type { Engine, EngineName } from "../src/verify/engines.ts";

const id = 0 as TensorId;
const engine = (name: EngineName, ...results: readonly ElementArray[]): Engine => {
  let next = 0;
  return { name, run: () => new Map([[id, results[next++] as ElementArray]]) };
};
const compare = (a: Engine, b: Engine, samples: number) =>
  compareEngines(
    a,
    [b],
    [id],
    Array.from({ length: samples }, () => []),
  )
    .get(b)
    ?.get(id);

test("integers differ by whole steps, counted over all samples", () => {
  const ours = engine("single", Int8Array.of(1, 2, 3), Int8Array.of(4, 5, 6));
  const theirs = engine("LiteRT", Int8Array.of(1, 2, 3), Int8Array.of(4, 7, 5));
  expect(compare(ours, theirs, 2)).toEqual({ elements: 2, of: 6, largest: 2 });
});

test("floats are judged by the size of the tensor's values", () => {
  const ours = engine("single", Float32Array.of(100, 1e-6));
  const theirs = engine("LiteRT", Float32Array.of(100, 2e-6));
  expect(compare(ours, theirs, 1)).toMatchObject({ elements: 0, of: 2 });
  const far = engine("double", Float32Array.of(100.1, 1e-6));
  expect(compare(engine("single", Float32Array.of(100, 1e-6)), far, 1)).toMatchObject({
    elements: 1,
  });
});

test("not a number on one side alone is a difference", () => {
  const ours = engine("single", Float32Array.of(Number.NaN, Number.NaN));
  const theirs = engine("LiteRT", Float32Array.of(Number.NaN, 1));
  expect(compare(ours, theirs, 1)).toMatchObject({ elements: 1, largest: Infinity });
});
