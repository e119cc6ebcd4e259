import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";
import type { Examples } from "../dataset.ts";
import { pick } from "./random.ts";
import { rasterize, side } from "./rasterize.ts";
import { skeletons } from "./skeletons.ts";
import { newTrace, traceDigit } from "./trace.ts";

export interface DigitsOptions {
  readonly seed: number;
  /** Default: 60,000. */
  readonly trainCount?: number;
  /** Default: 10,000. */
  readonly testCount?: number;
}

/**
 * Handwritten digits that nobody wrote: drawn from pen strokes, in the form of MNIST.
 *
 * images: [count, 28, 28, 1], ink is 255. Train and test come from two sequences of random numbers
 * that do not overlap. Same seed, same bytes on every machine: nothing but + − × ÷ and √ is used,
 * which IEEE 754 defines to the last bit. A smaller count gives the first of the same.
 */
export function generateDigits({ seed, trainCount = 60_000, testCount = 10_000 }: DigitsOptions): {
  readonly classes: readonly string[];
  readonly train: Examples;
  readonly test: Examples;
} {
  const trainRng = xoroshiro128plus(seed);
  const testRng = trainRng.clone();
  testRng.jump(); // 2⁶⁴ numbers further
  return {
    classes: skeletons.map((_, digit) => String(digit)),
    train: draw(trainRng, trainCount),
    test: draw(testRng, testCount),
  };
}

function draw(rng: RandomGenerator, count: number): Examples {
  const images = new Uint8Array(count * side * side);
  const labels = new Uint8Array(count);
  const trace = newTrace();
  for (let i = 0; i < count; i++) {
    const digit = uniformInt(rng, 0, skeletons.length - 1);
    const style = pick(rng, skeletons[digit]!);
    traceDigit(style, rng, trace);
    rasterize(trace, rng, images.subarray(i * side * side, (i + 1) * side * side));
    labels[i] = digit;
  }
  return { count, shape: [side, side, 1], images, labels };
}
