import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Choices that follow from a seed. */
export interface RandomSource {
  /** A whole number from `min` to `max`, both included. */
  readonly integer: (min: number, max: number) => number;
  readonly real: (min: number, max: number) => number;
  /** A float32 whose logarithm is uniform. */
  readonly logUniform: (min: number, max: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(choices: readonly [T, ...T[]]) => T;
}

export function randomSource(seed: number): RandomSource {
  const generator = xoroshiro128plus(seed);
  const integer = (min: number, max: number) => uniformInt(generator, min, max);
  const real = (min: number, max: number) => min + (max - min) * uniformFloat64(generator);
  return {
    integer,
    real,
    logUniform: (min, max) => Math.fround(min * (max / min) ** real(0, 1)),
    chance: (probability) => real(0, 1) < probability,
    pick: (choices) => choices[integer(0, choices.length - 1)] as (typeof choices)[number],
  };
}
