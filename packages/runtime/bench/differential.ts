/**
 * Random graphs in our interpreter and in TensorFlow Lite: which operators compute what TensorFlow Lite computes.
 *
 * npx tsx --conditions=@smidgen/source bench/differential.ts [graphs = 2000] [first seed = 1]
 */
import type { OpKind } from "@smidgen/graph";
import { judgeSeeds, type Refusal, type Verdict } from "../test/differential/judge-graph.ts";
import { leavingSteps } from "../test/differential/leaving-steps.ts";
import { steps } from "../test/differential/steps.ts";

const [count = 2000, firstSeed = 1] = process.argv.slice(2).map(Number);
const chainsPerModel = 20;
const kinds = [...Object.keys(steps), ...Object.keys(leavingSteps)] as OpKind[];

for (const type of ["int8", "float32"] as const) {
  const verdicts: Verdict[] = [];
  const refusals: Refusal[] = [];
  for (let first = firstSeed; first < firstSeed + count / 2; first += chainsPerModel) {
    const seeds = Array.from({ length: chainsPerModel }, (_, i) => first + i);
    const { judged, refused } = await judgeSeeds(seeds, type, kinds);
    verdicts.push(...judged);
    refusals.push(...refused);
  }
  console.log(`\n${type}: ${count / 2} graphs`);
  for (const { seed, reason } of refusals) console.log(`seed ${seed} is refused: ${reason}`);
  for (const kind of kinds) {
    const own = verdicts.filter((verdict) => verdict.kind === kind);
    const sum = (f: (verdict: Verdict) => number) => own.reduce((total, v) => total + f(v), 0);
    const largest = own.reduce((most, v) => Math.max(most, v.largest), 0);
    const wrong = own.filter((v) => v.differing > 0);
    const reasons = new Set(wrong.map(({ known }) => known?.why ?? "NOT KNOWN WHY"));
    console.log(
      `${kind.padEnd(26)} ${String(own.length).padStart(5)} operators, ${String(wrong.length).padStart(4)} differ; ` +
        `${String(sum((v) => v.differing)).padStart(6)} of ${sum((v) => v.elements)} elements, at most ${largest.toPrecision(3)} ${[...reasons].join("; ")}`,
    );
  }
}
