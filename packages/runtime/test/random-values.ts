import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type ElementArray, elementCount, type Graph, tensorOf } from "@smidgen/graph";

/** Seeded numbers, both ends included. */
export interface RandomValues {
  readonly int: (min: number, max: number) => number;
  readonly real: (min: number, max: number) => number;
  readonly int8: (count: number, min?: number, max?: number) => Int8Array;
  readonly int16: (count: number, min?: number, max?: number) => Int16Array;
  readonly int32: (count: number, min: number, max: number) => Int32Array;
  readonly float32: (count: number, limit: number) => Float32Array;
  readonly pick: <T>(...values: readonly T[]) => T;
}

export function randomValues(seed: number): RandomValues {
  const generator = xoroshiro128plus(seed);
  const int = (min: number, max: number) => uniformInt(generator, min, max);
  const real = (min: number, max: number) => min + ((max - min) * int(0, 2 ** 24)) / 2 ** 24;
  return {
    int,
    real,
    int8: (count, min = -128, max = 127) => Int8Array.from({ length: count }, () => int(min, max)),
    int16: (count, min = -32_768, max = 32_767) =>
      Int16Array.from({ length: count }, () => int(min, max)),
    int32: (count, min, max) => Int32Array.from({ length: count }, () => int(min, max)),
    float32: (count, limit) => Float32Array.from({ length: count }, () => real(-limit, limit)),
    pick: (...values) => values[int(0, values.length - 1)] as (typeof values)[number],
  };
}

/** Something for every input of a graph: integers over their whole range, floats between −1 and 1. */
export function randomInputs(graph: Graph, seed: number): readonly ElementArray[] {
  const random = randomValues(seed);
  return graph.inputs.map((id) => {
    const { type, shape } = tensorOf(graph, id);
    const count = elementCount(shape);
    if (type === "float32") return random.float32(count, 1);
    return type === "int16" ? random.int16(count) : random.int8(count);
  });
}
