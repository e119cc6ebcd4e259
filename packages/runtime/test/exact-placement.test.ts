import fc from "fast-check";
import { expect, test } from "vitest";
import { exactPlacement, type PlacementBuffer } from "../src/exact-placement.ts";

const buffer = fc
  .tuple(
    fc.integer({ min: 0, max: 5 }),
    fc.integer({ min: 0, max: 3 }),
    fc.integer({ min: 1, max: 6 }),
  )
  .map(([firstOp, life, size]) => ({ firstOp, lastOp: firstOp + life, sizeBytes: 16 * size }));

const meet = (a: PlacementBuffer, b: PlacementBuffer) =>
  a.firstOp <= b.lastOp && b.firstOp <= a.lastOp;

/** The least arena over all orders in which first fit can place the buffers: one of them is optimal. */
function leastByBruteForce(buffers: readonly PlacementBuffer[]): number {
  const place = (
    left: readonly number[],
    offsets: ReadonlyMap<number, number>,
    height: number,
  ): number => {
    if (left.length === 0) return height;
    return Math.min(
      ...left.map((b) => {
        const me = buffers[b] as PlacementBuffer;
        const around = [...offsets]
          .filter(([other]) => meet(me, buffers[other] as PlacementBuffer))
          .map(([other, at]) => [at, at + (buffers[other] as PlacementBuffer).sizeBytes] as const)
          .toSorted(([x], [y]) => x - y);
        let offset = 0;
        for (const [from, to] of around) {
          if (offset + me.sizeBytes <= from) break;
          offset = Math.max(offset, to);
        }
        const rest = left.filter((other) => other !== b);
        return place(
          rest,
          new Map([...offsets, [b, offset]]),
          Math.max(height, offset + me.sizeBytes),
        );
      }),
    );
  };
  return place([...buffers.keys()], new Map(), 0);
}

test("no two buffers that are alive at once overlap, and the arena is between its bounds", () => {
  fc.assert(
    fc.property(fc.array(buffer, { maxLength: 25 }), (buffers) => {
      const { offsets, arenaBytes, lowerBoundBytes, proven } = exactPlacement(buffers);
      for (const [i, a] of buffers.entries()) {
        expect((offsets[i] as number) % 16).toBe(0);
        expect((offsets[i] as number) + a.sizeBytes).toBeLessThanOrEqual(arenaBytes);
        for (const [j, b] of buffers.entries()) {
          if (i >= j || !meet(a, b)) continue;
          const [x, y] = [offsets[i] as number, offsets[j] as number];
          expect(x + a.sizeBytes <= y || y + b.sizeBytes <= x).toBe(true);
        }
      }
      expect(lowerBoundBytes).toBeLessThanOrEqual(arenaBytes);
      expect(proven).toBe(lowerBoundBytes === arenaBytes);
    }),
    { seed: 1, numRuns: 300 },
  );
});

test("the arena is the least that any order of placing gives", () => {
  fc.assert(
    fc.property(fc.array(buffer, { minLength: 1, maxLength: 6 }), (buffers) => {
      const { arenaBytes, proven } = exactPlacement(buffers);
      expect(arenaBytes).toBe(leastByBruteForce(buffers));
      expect(proven).toBe(true);
    }),
    { seed: 2, numRuns: 150 },
  );
});

test("the same buffers have the same placement", () => {
  const buffers = fc.sample(buffer, { seed: 3, numRuns: 40 });
  expect(exactPlacement(buffers)).toEqual(exactPlacement(buffers));
});
