import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Examples } from "./dataset.ts";

/**
 * Examples [from, from + count), without copying them.
 *
 * @throws RangeError when there are not so many.
 */
export function take(examples: Examples, from: number, count: number): Examples {
  checkRange(examples, from, count);
  const pixels = pixelCount(examples);
  return {
    count,
    shape: examples.shape,
    images: examples.images.subarray(from * pixels, (from + count) * pixels),
    labels: examples.labels.subarray(from, from + count),
  };
}

/**
 * `count` different examples, chosen and ordered by `seed`; a smaller `count` gives the first of
 * the same. Good as calibration samples.
 *
 * @throws RangeError when there are not so many.
 */
export function sample(examples: Examples, count: number, seed: number): Examples {
  checkRange(examples, 0, count);
  const order = Uint32Array.from({ length: examples.count }, (_, index) => index);
  const rng = xoroshiro128plus(seed);
  const pixels = pixelCount(examples);
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  // Fisher and Yates, stopped after `count` draws.
  for (let i = 0; i < count; i++) {
    const j = uniformInt(rng, i, examples.count - 1);
    const chosen = order[j]!;
    order[j] = order[i]!;
    images.set(examples.images.subarray(chosen * pixels, (chosen + 1) * pixels), i * pixels);
    labels[i] = examples.labels[chosen]!;
  }
  return { count, shape: examples.shape, images, labels };
}

/**
 * Images [from, from + count) as floats from 0 to 1: pixel / 255, rounded to float32.
 *
 * Without `from` and `count`, all of them. Result: [count, height, width, channels].
 *
 * @throws RangeError when there are not so many.
 */
export function toFloat32(
  examples: Examples,
  from = 0,
  count: number = examples.count - from,
): Float32Array {
  checkRange(examples, from, count);
  const pixels = pixelCount(examples);
  const floats = new Float32Array(count * pixels);
  const offset = from * pixels;
  for (let i = 0; i < floats.length; i++) floats[i] = examples.images[offset + i]! / 255;
  return floats;
}

function pixelCount({ shape: [height, width, channels] }: Examples): number {
  return height * width * channels;
}

function checkRange(examples: Examples, from: number, count: number): void {
  const isWhole = Number.isInteger(from) && Number.isInteger(count);
  if (!isWhole || from < 0 || count < 0 || from + count > examples.count) {
    throw new RangeError(`examples ${from} to ${from + count} of ${examples.count}`);
  }
}
