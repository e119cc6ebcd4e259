import fc from "fast-check";
import { expect, test } from "vitest";
import {
  exactPlacement,
  type PlacementBuffer,
  type PlacementOverlap,
} from "../src/exact-placement.ts";
import { networks } from "./placement-instances.ts";

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

test("the same buffers have the same placement", () => {
  const buffers = networks(60)["DenseNet"]?.(1) as readonly PlacementBuffer[];
  expect(exactPlacement(buffers)).toEqual(exactPlacement(buffers));
});
