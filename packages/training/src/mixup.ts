import { exponential, naturalLogarithm } from "./exact-math.ts";
import { randomAt } from "./random-at.ts";
import type { Batch } from "./training-engine.ts";

/**
 * Every example of a batch blended with another one of it, images and targets, in shares from Beta(alpha, alpha).
 *
 * Images are blended in bytes. The label of an example becomes that of the one with the larger share.
 * Source: "mixup: Beyond Empirical Risk Minimization" (Zhang et al. 2017), with a share for each pair instead of each batch.
 *
 * targets: of the batch, [count, classes]
 */
export function mixedUp(
  batch: Batch,
  targets: Float32Array,
  alpha: number,
  random: () => number,
): Batch {
  const { count, pixels, labels } = batch;
  const imageSize = pixels.length / count;
  const classes = targets.length / count;
  const mixed = {
    ...batch,
    pixels: new Uint8Array(pixels.length),
    labels: labels.slice(),
    targets: new Float32Array(targets.length),
  };
  // each meets the one so many places on: everybody is met once, and nobody meets itself
  const distance = count > 1 ? 1 + (random() % (count - 1)) : 0;
  for (let one = 0; one < count; one++) {
    const other = (one + distance) % count;
    // in 1/4096, so that bytes are blended in integers
    const share = Math.round(4096 * betaShare(alpha, random));
    const rest = 4096 - share;
    const at = one * imageSize;
    const otherAt = other * imageSize;
    for (let i = 0; i < imageSize; i++) {
      mixed.pixels[at + i] = (pixels[at + i]! * share + pixels[otherAt + i]! * rest + 2048) >> 12;
    }
    for (let c = 0; c < classes; c++) {
      mixed.targets[one * classes + c] =
        (targets[one * classes + c]! * share + targets[other * classes + c]! * rest) / 4096;
    }
    if (share < rest) mixed.labels[one] = labels[other]!;
  }
  return mixed;
}

/** Random numbers for one batch. */
export function mixupRandom(seed: number, epoch: number, step: number): () => number {
  return randomAt(seed, purpose, epoch, step);
}

/** Keeps these random numbers apart from others of the same seed. */
const purpose = 0x6d6978;

/**
 * From Beta(alpha, alpha): 0..1.
 *
 * Source: Jöhnk's method, "Non-Uniform Random Variate Generation" (Devroye 1986), IX.3.5, over logarithms, so that nothing underflows for a
 * small alpha.
 */
export function betaShare(alpha: number, random: () => number): number {
  for (;;) {
    const x = naturalLogarithm(uniform(random)) / alpha;
    const y = naturalLogarithm(uniform(random)) / alpha;
    const most = Math.max(x, y);
    const a = exponential(Math.max(x - most, -700));
    const b = exponential(Math.max(y - most, -700));
    // x + y ≤ 1, in logarithms
    if (most + naturalLogarithm(a + b) <= 0) return a / (a + b);
  }
}

/** Between 0 and 1, never either. */
function uniform(random: () => number): number {
  return (random() + 0.5) / 2 ** 32;
}
