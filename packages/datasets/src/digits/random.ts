import { uniformFloat32 } from "pure-rand/distribution/uniformFloat32";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/** Uniform in [low, high). */
export function between(rng: RandomGenerator, low: number, high: number): number {
  return low + (high - low) * uniformFloat32(rng);
}

/**
 * Bell-shaped with mean 0, standard deviation 1, and nothing beyond ±3: the sum of three uniform
 * numbers. Only additions, so every machine gets the same bits; a logarithm does not promise that.
 */
export function bell(rng: RandomGenerator): number {
  return 2 * (uniformFloat32(rng) + uniformFloat32(rng) + uniformFloat32(rng) - 1.5);
}

export function pick<T>(rng: RandomGenerator, choices: readonly T[]): T {
  return choices[uniformInt(rng, 0, choices.length - 1)]!;
}
