import type { Augmentation } from "./augmentation/augmentation.ts";
import { augmenter } from "./augmentation/augmenter.ts";
import type { Examples } from "./examples.ts";
import { mixedUp, mixupRandom } from "./mixup.ts";
import { targetsOf, type TargetSettings } from "./targets.ts";
import type { Batch } from "./training-engine.ts";

export interface BatchSettings extends TargetSettings {
  readonly batchSize: number;
  readonly augmentation: Augmentation | undefined;
  /** Alpha. 0: no mixup. */
  readonly mixup: number;
  readonly seed: number;
}

/**
 * A step's batch: a function of its arguments and the settings, whatever batches were made before.
 *
 * @param order [count], the epoch's
 * @param step from 0, in the epoch. The last one of an epoch takes what is left
 */
export type BatchMaker = (epoch: number, order: Uint32Array, step: number) => Batch;

/** Batches to learn from: gathered, augmented, and with targets wherever labels do not say it all. */
export function batchMaker(examples: Examples, settings: BatchSettings): BatchMaker {
  const { count, shape, images, labels } = examples;
  const { batchSize, augmentation, mixup, labelSmoothing, classWeights, seed } = settings;
  const imageSize = images.length / count;
  const augment = augmentation && augmenter(augmentation, shape, seed);
  const needsTargets = mixup > 0 || labelSmoothing > 0 || classWeights !== undefined;

  return (epoch, order, step) => {
    const chosen = order.subarray(step * batchSize, (step + 1) * batchSize);
    const pixels = new Uint8Array(chosen.length * imageSize);
    const chosenLabels = new Uint8Array(chosen.length);
    for (let i = 0; i < chosen.length; i++) {
      const example = chosen[i]!;
      chosenLabels[i] = labels[example]!;
      if (augment === undefined) {
        const from = example * imageSize;
        pixels.set(images.subarray(from, from + imageSize), i * imageSize);
      } else {
        augment(images, example, epoch, pixels, i * imageSize);
      }
    }
    const batch: Batch = { count: chosen.length, shape, pixels, labels: chosenLabels };
    if (!needsTargets) return batch;
    const targets = targetsOf(chosenLabels, settings);
    return mixup > 0
      ? mixedUp(batch, targets, mixup, mixupRandom(seed, epoch, step))
      : { ...batch, targets };
  };
}
