import type { Examples } from "./examples.ts";
import { permutation, randomGenerator } from "./random.ts";

/**
 * Two parts of some examples, drawn by the seed: `share` of them, at least one, in the second; both in the order
 * in which they lay.
 */
export function splitExamples(
  examples: Examples,
  share: number,
  seed: number,
): readonly [kept: Examples, heldBack: Examples] {
  const { count } = examples;
  const size = Math.min(Math.max(Math.round(count * share), 1), count);
  const drawn = permutation(count, randomGenerator(seed, "validation"));
  return [chosen(examples, drawn.subarray(size)), chosen(examples, drawn.subarray(0, size))];
}

function chosen({ count, shape, images, labels }: Examples, positions: Uint32Array): Examples {
  const imageSize = images.length / count;
  const sorted = positions.toSorted();
  const part = {
    count: sorted.length,
    shape,
    images: new Uint8Array(sorted.length * imageSize),
    labels: new Uint8Array(sorted.length),
  };
  for (const [i, from] of sorted.entries()) {
    part.images.set(images.subarray(from * imageSize, (from + 1) * imageSize), i * imageSize);
    part.labels[i] = labels[from]!;
  }
  return part;
}
