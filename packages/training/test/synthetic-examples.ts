import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Examples } from "@smidgen/training";

/** Noise with one bright row or column for each class: easy to learn, different for every seed. */
export function syntheticExamples(
  count: number,
  { size = 8, classes = 10, seed = 1 }: { size?: number; classes?: number; seed?: number } = {},
): Examples {
  const random = xoroshiro128plus(seed);
  const images = new Uint8Array(count * size * size);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const label = i % classes;
    labels[i] = label;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const line = label % 2 === 0 ? x : y;
        const bright = line === 1 + (label >> 1) ? 155 : 0;
        images[(i * size + y) * size + x] = bright + uniformInt(random, 0, 100);
      }
    }
  }
  return { count, shape: [size, size, 1], images, labels };
}
