import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  exactPlacement,
  type PlacementBuffer,
  type PlacementOverlap,
} from "../src/exact-placement.ts";
import { type MakeInstance, networks, type PlacementInstance } from "./placement-instances.ts";

interface Instance {
  readonly buffers: readonly PlacementBuffer[];
  readonly overlaps: readonly PlacementOverlap[];
}

/** Buffers of up to six units of 16 bytes; of those where one ends as another begins, some may overlap. */
const instance = (maxLength: number): fc.Arbitrary<Instance> =>
  fc
    .record({
      buffers: fc.array(
        fc.record({
          firstOp: fc.integer({ min: 0, max: 5 }),
          life: fc.integer({ min: 0, max: 3 }),
          size: fc.integer({ min: 1, max: 6 }),
        }),
        { minLength: 1, maxLength },
      ),
      distances: fc.infiniteStream(fc.option(fc.integer({ min: -20, max: 90 }))),
    })
    .map(({ buffers: drawn, distances }) => {
      const buffers = drawn.map(({ firstOp, life, size }) => ({
        firstOp,
        lastOp: firstOp + life,
        sizeBytes: 16 * size,
      }));
      const overlaps = buffers.flatMap((lower, below) =>
        buffers.flatMap((upper, above) => {
          const isHandover = upper.lastOp === lower.firstOp && upper.firstOp < lower.firstOp;
          const distanceBytes = isHandover ? (distances.next().value as number | null) : null;
          return distanceBytes === null ? [] : [{ below, above, distanceBytes }];
        }),
      );
      return { buffers, overlaps };
    });

const meet = (a: PlacementBuffer, b: PlacementBuffer) =>
  a.firstOp <= b.lastOp && b.firstOp <= a.lastOp;

/** Whether buffer i at x and buffer j at y, in bytes, keep apart as they must. */
function areApart({ buffers, overlaps }: Instance, i: number, x: number, j: number, y: number) {
  const step = (lower: number, upper: number) =>
    Math.min(
      (buffers[lower] as PlacementBuffer).sizeBytes,
      ...overlaps
        .filter(({ below, above }) => below === lower && above === upper)
        .map(({ distanceBytes }) => Math.max(0, distanceBytes)),
    );
  const both = [buffers[i], buffers[j]] as [PlacementBuffer, PlacementBuffer];
  return !meet(...both) || x + step(i, j) <= y || y + step(j, i) <= x;
}

/** Tries all offsets of all buffers in arenas of growing size. */
function leastByBruteForce(drawn: Instance): number {
  const { buffers } = drawn;
  const fits = (arena: number, offsets: readonly number[]): boolean => {
    const me = buffers[offsets.length];
    if (me === undefined) return true;
    for (let x = 0; x + me.sizeBytes <= arena; x += 16) {
      const isFree = offsets.every((y, other) => areApart(drawn, offsets.length, x, other, y));
      if (isFree && fits(arena, [...offsets, x])) return true;
    }
    return false;
  };
  let arena = Math.max(...buffers.map(({ sizeBytes }) => sizeBytes));
  while (!fits(arena, [])) arena += 16;
  return arena;
}

test("no two buffers that are alive at once overlap but as they may, and the arena is between its bounds", () => {
  fc.assert(
    fc.property(instance(25), ({ buffers, overlaps }) => {
      const { offsets, arenaBytes, lowerBoundBytes, proven } = exactPlacement(buffers, {
        overlaps,
      });
      for (const [i, { sizeBytes }] of buffers.entries()) {
        const offset = offsets[i] as number;
        expect(offset % 16).toBe(0);
        expect(offset + sizeBytes).toBeLessThanOrEqual(arenaBytes);
        for (let j = 0; j < i; j++) {
          const other = offsets[j] as number;
          expect(areApart({ buffers, overlaps }, i, offset, j, other)).toBe(true);
        }
      }
      expect(lowerBoundBytes).toBeLessThanOrEqual(arenaBytes);
      expect(proven).toBe(lowerBoundBytes === arenaBytes);
    }),
    { numRuns: 300 },
  );
});

test("no arena is smaller, whatever the offsets", () => {
  fc.assert(
    fc.property(instance(6), (drawn) => {
      const { arenaBytes, proven } = exactPlacement(drawn.buffers, drawn);
      expect(arenaBytes).toBe(leastByBruteForce(drawn));
      expect(proven).toBe(true);
    }),
    { numRuns: 250 },
  );
});

test("to allow overlaps never takes more memory, and often less", () => {
  let less = 0;
  fc.assert(
    fc.property(instance(12), ({ buffers, overlaps }) => {
      const without = exactPlacement(buffers);
      const withThem = exactPlacement(buffers, { overlaps });
      expect(withThem.arenaBytes).toBeLessThanOrEqual(without.arenaBytes);
      if (withThem.arenaBytes < without.arenaBytes) less++;
    }),
  );
  expect(less).toBeGreaterThan(10);
});

const familiesOf60 = networks(60);

function networkOf(family: string, seed: number): PlacementInstance {
  return (familiesOf60[family] as MakeInstance)(seed);
}

describe("the optimum of networks of 60 operators is found and proven with few decisions", () => {
  const families = Object.entries(familiesOf60);
  const seeds = [1, 2, 3, 4, 5, 6];

  test.each(families)("%s", (_, make) => {
    for (const seed of seeds) {
      expect(exactPlacement(make(seed).buffers, { maxNodes: 1_000 }).proven).toBe(true);
    }
  });

  // Where operators read any of the last tensors, one in ten is not proven within 20,000.
  test.each(families.filter(([family]) => family !== "random graph"))(
    "%s, with overlaps",
    (_, make) => {
      for (const seed of seeds) {
        const { buffers, overlaps } = make(seed);
        expect(exactPlacement(buffers, { overlaps, maxNodes: 5_000 }).proven).toBe(true);
      }
    },
  );
});

test("after as many decisions as allowed, the arena is as good as it got, with the gap that is left", () => {
  const { buffers, overlaps } = networkOf("random graph", 75);
  const place = (maxNodes: number) => exactPlacement(buffers, { overlaps, maxNodes });
  const [none, some] = [place(0), place(1_000)];
  expect(none.nodes).toBe(0);
  expect(some.nodes).toBeLessThanOrEqual(1_000);
  expect(some.proven).toBe(false);
  expect(some.arenaBytes).toBeLessThanOrEqual(none.arenaBytes);
  expect(some.lowerBoundBytes).toBeGreaterThanOrEqual(none.lowerBoundBytes);
  expect(some.lowerBoundBytes).toBeLessThan(some.arenaBytes);
});

test("the same buffers have the same placement", () => {
  const { buffers, overlaps } = networkOf("DenseNet", 1);
  expect(exactPlacement(buffers, { overlaps })).toEqual(exactPlacement(buffers, { overlaps }));
});

test("buffers, pairs and options that make no sense are all named", () => {
  const buffers = [
    { sizeBytes: -1, firstOp: 0, lastOp: 1 },
    { sizeBytes: 16, firstOp: 2, lastOp: 1 },
  ];
  const overlaps = [{ below: 0, above: 1, distanceBytes: 0 }];
  expect(() => exactPlacement(buffers, { overlaps })).toThrow(
    "cannot place buffers: buffer 0 has -1 bytes; buffer 1 lives from operator 2 to 1; " +
      "buffer 0 cannot begin 0 bytes below 1 of 2",
  );
  expect(() => exactPlacement([], { alignment: 0 })).toThrow("alignment is 0");
  expect(() => exactPlacement([], { maxNodes: 0.5 })).toThrow("maxNodes is 0.5");
});
