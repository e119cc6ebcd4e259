import type { Weight } from "./network.ts";
import type { Allocate } from "./tensor.ts";

/** A weight in the engine's memory. */
export interface Parameter {
  readonly weight: Weight;
  /** In the engine's layout. */
  readonly at: number;
  /** Of its gradient, in the same layout. */
  readonly gradientAt: number;
  /** Where value i of the model's weight is kept, in floats from `at`. */
  readonly positions: Uint32Array;
  /** With the zeros between. */
  readonly floats: number;
}

/**
 * The weights of a network, one after another: those that are trained, their gradients, and Adam's two
 * moments of each in the same layout, so that one call steps them all; and the others.
 */
export interface Parameters {
  readonly all: readonly Parameter[];
  readonly get: (weight: Weight) => Parameter;
  /** Of what is trained. Each region has `floats` floats. */
  readonly weightsAt: number;
  readonly gradientsAt: number;
  readonly firstMomentsAt: number;
  readonly secondMomentsAt: number;
  readonly floats: number;
}

export interface WeightLayout {
  readonly weight: Weight;
  readonly positions: Uint32Array;
  /** With the zeros between. */
  readonly floats: number;
}

export function placeParameters(layouts: readonly WeightLayout[], allocate: Allocate): Parameters {
  const trained = layouts.filter(({ weight }) => weight.isTrained);
  const floats = trained.reduce((sum, layout) => sum + upTo4(layout.floats), 0);
  const [weightsAt, gradientsAt, firstMomentsAt, secondMomentsAt] = [0, 0, 0, 0].map(() =>
    allocate(floats * 4),
  ) as [number, number, number, number];
  let offset = 0;
  const all = layouts.map(({ weight, positions, floats: size }): Parameter => {
    if (!weight.isTrained) {
      // frozen weights have a gradient too, which nobody uses
      return {
        weight,
        at: allocate(size * 4),
        gradientAt: allocate(size * 4),
        positions,
        floats: size,
      };
    }
    const parameter = {
      weight,
      at: weightsAt + offset,
      gradientAt: gradientsAt + offset,
      positions,
      floats: size,
    };
    offset += upTo4(size) * 4;
    return parameter;
  });
  const byWeight = new Map(all.map((parameter) => [parameter.weight, parameter]));
  return {
    all,
    get: (weight) => byWeight.get(weight)!,
    weightsAt,
    gradientsAt,
    firstMomentsAt,
    secondMomentsAt,
    floats,
  };
}

/** Values in the model's layout → memory in the engine's. */
export function scatter(values: ArrayLike<number>, positions: Uint32Array, to: Float32Array): void {
  for (let i = 0; i < positions.length; i++) to[positions[i]!] = values[i]!;
}

/** The way back. */
export function gather(from: Float32Array, positions: Uint32Array): Float32Array {
  return Float32Array.from(positions, (position) => from[position]!);
}

function upTo4(floats: number): number {
  return Math.ceil(floats / 4) * 4;
}
