import fc from "fast-check";
import type { ElementArray, Shape } from "@smidgen/graph";

export type Coordinates = readonly number[];

/** What a tensor of this shape holds if `f` gives the element at each place. */
export function tensorOf<T>(shape: Shape, f: (coordinates: Coordinates) => T): readonly T[] {
  return Array.from(cellsOf(shape), f);
}

/** The element of a tensor at some place. */
export function at(
  { shape, data }: { readonly shape: Shape; readonly data: ElementArray },
  coordinates: Coordinates,
): number | bigint {
  let position = 0;
  for (const [axis, size] of shape.entries()) {
    position = position * size + (coordinates[axis] as number);
  }
  return data[position] as number | bigint;
}

/** Coordinates of every element, in the order in which they are stored. */
function* cellsOf(shape: Shape): Iterable<Coordinates> {
  const [size, ...inner] = shape;
  if (size === undefined) {
    yield [];
    return;
  }
  for (let i = 0; i < size; i++) for (const rest of cellsOf(inner)) yield [i, ...rest];
}

export function shapes(min: number, max: number): fc.Arbitrary<readonly number[]> {
  return fc.array(fc.integer({ min: 1, max: 4 }), { minLength: min, maxLength: max });
}
