import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { JumpableRandomGenerator } from "pure-rand/types/JumpableRandomGenerator";
import type { RandomGenerator } from "pure-rand/types/RandomGenerator";

/**
 * Generators for independent purposes from one seed: a change in how many numbers one of them uses
 * leaves the others as they were.
 */
export function randomGenerator(
  seed: number,
  purpose: "weights" | "order" | "validation",
): JumpableRandomGenerator {
  const base = xoroshiro128plus(seed);
  if (purpose !== "weights") base.jump();
  if (purpose === "validation") base.jump();
  return base;
}

/** A new order of 0 … count − 1, each equally likely (Fisher–Yates). */
export function permutation(count: number, random: RandomGenerator): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, position) => position);
  for (let last = count - 1; last > 0; last--) {
    const chosen = uniformInt(random, 0, last);
    const value = order[chosen]!;
    order[chosen] = order[last]!;
    order[last] = value;
  }
  return order;
}

/** Seeds for the initializers of a network's layers, one call for each. */
export function layerSeeds(seed: number): () => number {
  const random = randomGenerator(seed, "weights");
  return () => uniformInt(random, 1, 0x7fffffff);
}
