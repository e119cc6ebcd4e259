/*
 * How often the exact planner proves its arena to be the smallest, and what it gains on the greedy one.
 * Run: npx tsx --conditions=@smidgen/source bench/exact-planner.ts [operators = 60] [networks per family = 40]
 */
import { exactPlacement } from "../src/exact-placement.ts";
import { largestFirstPlacement } from "../src/largest-first-placement.ts";
import { networks } from "../test/placement-instances.ts";

const [operators = 60, count = 40] = process.argv.slice(2).map(Number);

for (const isOverlapping of [false, true]) {
  console.log(`\n${operators} operators, ${isOverlapping ? "with" : "without"} overlaps`);
  for (const [family, make] of Object.entries(networks(operators))) {
    const results = Array.from({ length: count }, (_, seed) => {
      const { buffers, overlaps } = make(seed + 1);
      const start = performance.now();
      const exact = exactPlacement(buffers, isOverlapping ? { overlaps } : {});
      const milliseconds = performance.now() - start;
      return { ...exact, milliseconds, greedy: largestFirstPlacement(buffers, 16).arenaBytes };
    });
    const most = (f: (result: (typeof results)[0]) => number) => Math.max(...results.map(f));
    const gains = results.map(({ greedy, arenaBytes }) => 1 - arenaBytes / greedy);
    const proven = results.filter(({ proven: isProven }) => isProven).length;
    const gap = most(({ arenaBytes, lowerBoundBytes }) => arenaBytes / lowerBoundBytes - 1);
    console.log(
      [
        family.padEnd(18),
        `${proven} of ${count} proven`,
        `largest gap ${(100 * gap).toFixed(2)} %`,
        `at most ${most(({ nodes }) => nodes)} nodes`,
        `${most(({ milliseconds }) => milliseconds).toFixed(0)} ms`,
        `saves ${((100 * gains.reduce((a, b) => a + b)) / count).toFixed(1)} % on average, ${(100 * Math.max(...gains)).toFixed(1)} % at most`,
      ].join(", "),
    );
  }
}
