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
    const batchCount = Math.min(batchSize, count - start);
    const batch = {
      count: batchCount,
      shape,
      images: new Float32Array(batchCount * imageSize),
      labels: new Uint8Array(batchCount),
    };
    for (let i = 0; i < batchCount; i++) {
      const example = order === undefined ? start + i : order[start + i]!;
      normalize(images, example * imageSize, batch.images, i * imageSize, imageSize);
      batch.labels[i] = labels[example]!;
    }
    yield batch;
  }
}

/** Pixels 0..255 → 0..1 */
function normalize(
  from: Uint8Array,
  fromStart: number,
  to: Float32Array,
  toStart: number,
  length: number,
): void {
  for (let i = 0; i < length; i++) to[toStart + i] = from[fromStart + i]! / 255;
}
