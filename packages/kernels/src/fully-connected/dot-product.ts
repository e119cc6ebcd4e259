/**
 * `Σ a · b` of `count` elements from some place of each on.
 *
 * A double holds the sum of up to 2³⁰ products of int16 and int8 exactly.
 */
export function dotProduct(
  a: Int8Array,
  aStart: number,
  b: Int8Array | Int16Array,
  bStart: number,
  count: number,
): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[aStart + i]! * b[bStart + i]!;
  return sum;
}
