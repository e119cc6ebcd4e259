import { parseArgs } from "node:util";
import { goldenModels } from "@smidgen/testing";
import { writeTflite } from "@smidgen/tflite";
import { everyOperatorGraph, everyTensorGraph } from "../test/example-graphs.ts";
import { judgeDamagedFile } from "../test/judge-damaged-file.ts";
import { mutator } from "../test/mutations.ts";
import { graphOfCases, operatorCases } from "../test/operator-cases.ts";

/**
 * Damages files in seeded ways and gives them to everything that reads files:
 *
 *     npm run fuzz -- --runs 100000 --seed 1 --only kws_ref_model
 *
 * Ends with exit code 1 at the first outcome that is neither a reading that an independent reader shares nor a
 * UserError, and says how to make it again.
 */
const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const runs = Number(values.runs);
const seed = Number(values.seed);

const files = [
  ...goldenModels().map(({ name, model }) => ({ name, model })),
  { name: "every operator", model: writeTflite(everyOperatorGraph()) },
  { name: "operators on floats", model: writeTflite(graphOfCases(operatorCases, false)) },
  { name: "every tensor", model: writeTflite(everyTensorGraph()) },
]
  .filter(({ name }) => values.only === undefined || name === values.only)
  .toSorted((a, b) => a.model.length - b.model.length);

for (const { name, model } of files) {
  const { next } = mutator(model, seed);
  const outcomes = new Map<string, number>();
  let slowest = 0;
  const start = performance.now();
  for (let run = 0; run < runs; run++) {
    const { kind, file } = next();
    const before = performance.now();
    let outcome: string;
    try {
      outcome = judgeDamagedFile(file, run % 16 === 0);
    } catch (error) {
      console.error(`${name}, seed ${seed}, run ${run} (${kind}):`, error);
      process.exit(1);
    }
    slowest = Math.max(slowest, performance.now() - before);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const counts = [...outcomes]
    .toSorted(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} ${count}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const memory = (process.memoryUsage().rss / 2 ** 20).toFixed(0);
  console.log(
    `${name}: ${counts.join(", ")}; ${seconds} s, slowest ${slowest.toFixed(0)} ms, ${memory} MiB`,
  );
}
