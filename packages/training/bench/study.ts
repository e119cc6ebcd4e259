/**
 * The study's training over several seeds:
 *
 *     SMIDGEN_DATA_DIR=… npx tsx -C @smidgen/source bench/study.ts --architecture cnn --seeds 1,2,3
 *
 * MNIST comes from where `@smidgen/datasets` finds it, first of all from `SMIDGEN_DATA_DIR`.
 * Prints each epoch, and for each seed and all together what the last epoch came to.
 */
import { parseArgs } from "node:util";
import { loadDataset } from "@smidgen/datasets";
import {
  formatEpoch,
  selectBackend,
  train,
  type ArchitectureName,
  type BackendPreference,
} from "@smidgen/training";
import { median } from "./ratio.ts";

const { values } = parseArgs({
  options: {
    architecture: { type: "string", default: "cnn" },
    backend: { type: "string", default: "auto" },
    epochs: { type: "string", default: "5" },
    seeds: { type: "string", default: "1,2,3,4,5" },
  },
});

const backend = await selectBackend(values.backend as BackendPreference);
console.log(`${values.architecture} on ${backend.description}`);
const data = await loadDataset({ name: "mnist", fallback: false });
const rows: number[][] = [];
for (const seed of values.seeds.split(",").map(Number)) {
  const options = {
    architecture: values.architecture as ArchitectureName,
    epochs: Number(values.epochs),
    seed,
  };
  const observer = {
    onEpoch: (record: Parameters<typeof formatEpoch>[0]) => console.log(formatEpoch(record)),
  };
  const { model, history } = await train(data, options, observer);
  const { loss, accuracy, valLoss, valAccuracy } = history.at(-1)!;
  const seconds = history.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
  rows.push([loss, accuracy, valLoss!, valAccuracy!]);
  console.log(`seed ${seed}: ${describe(rows.at(-1)!)} in ${seconds.toFixed(0)} s`);
  model.dispose();
}
const column = (index: number) => rows.map((row) => row[index]!);
console.log(
  `mean of ${rows.length}: ${describe([0, 1, 2, 3].map((index) => mean(column(index))))}`,
);
console.log(
  `median of ${rows.length}: ${describe([0, 1, 2, 3].map((index) => median(column(index))))}`,
);
console.log(`test accuracy from ${Math.min(...column(3))} to ${Math.max(...column(3))}`);

function describe([loss, accuracy, valLoss, valAccuracy]: readonly number[]): string {
  const [training, test] = [
    [loss!, accuracy!],
    [valLoss!, valAccuracy!],
  ].map(([l, a]) => `loss ${l!.toFixed(4)}, accuracy ${a!.toFixed(4)}`);
  return `train ${training}; test ${test}`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
