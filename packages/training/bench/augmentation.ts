/**
 * What augmentation costs, in microseconds of processor time for each image:
 *
 *     npx tsx -C @smidgen/source bench/augmentation.ts
 *
 * Beside it the same images gathered as they are, which is what it takes the place of. Medians of runs in turn.
 */
import { generateDigits } from "@smidgen/datasets";
import type { Augmentation } from "@smidgen/training";
import { batchMaker } from "../src/batch-maker.ts";
import { median } from "./ratio.ts";

const { train } = generateDigits({ seed: 1 });
const images = 5000;
const affine: Augmentation = { rotate: 10, shift: 2, scale: 0.1, shear: 0.1 };
const kinds: Readonly<Record<string, Augmentation | undefined>> = {
  "as they are": undefined,
  affine,
  elastic: { elastic: { pixels: 2 } },
  both: { ...affine, elastic: { pixels: 2 } },
};
const order = Uint32Array.from({ length: images }, (_, i) => i);
const makers = Object.entries(kinds).map(([name, augmentation]) => ({
  name,
  make: batchMaker(train, {
    batchSize: 32,
    augmentation,
    mixup: 0,
    labelSmoothing: 0,
    classWeights: undefined,
    classes: 10,
    seed: 1,
  }),
  times: [] as number[],
}));
for (let round = -2; round < 11; round++) {
  for (const { make, times } of makers) {
    const before = process.cpuUsage();
    for (let step = 0; step * 32 < images; step++) make(1, order, step);
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) times.push((user + system) / images);
  }
}
for (const { name, times } of makers)
  console.log(`${name}: ${median(times).toFixed(2)} µs an image`);
