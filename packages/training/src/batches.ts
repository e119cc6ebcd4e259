import type { Examples } from "./examples.ts";
import type { Batch } from "./training-engine.ts";

/**
 * The examples in batches, in the order given or as they lie. The last batch takes what is left.
 *
 * order: [count], each example once.
 */
export function* batches(
  examples: Examples,
  batchSize: number,
  order?: Uint32Array,
): Generator<Batch, void> {
  const { count, shape, images, labels } = examples;
  const imageSize = images.length / count;
  for (let start = 0; start < count; start += batchSize) {
    const end = Math.min(start + batchSize, count);
    yield order === undefined
      ? {
          count: end - start,
          shape,
          pixels: images.subarray(start * imageSize, end * imageSize),
          labels: labels.subarray(start, end),
        }
      : gathered(examples, order.subarray(start, end));
  }
}

function gathered({ count, shape, images, labels }: Examples, chosen: Uint32Array): Batch {
  const imageSize = images.length / count;
  const batch = {
    count: chosen.length,
    shape,
    pixels: new Uint8Array(chosen.length * imageSize),
    labels: new Uint8Array(chosen.length),
  };
  for (let i = 0; i < chosen.length; i++) {
    const from = chosen[i]! * imageSize;
    batch.pixels.set(images.subarray(from, from + imageSize), i * imageSize);
    batch.labels[i] = labels[chosen[i]!]!;
  }
  return batch;
}
