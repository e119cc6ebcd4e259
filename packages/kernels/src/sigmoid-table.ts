/*
 * Logistic function and tanh of int16 by one table, which tanh can share since tanh x = 2 · logistic(2x) − 1.
 * Source: `Logistic` and `Tanh` of int16, tensorflow/lite/kernels/internal/reference/integer_ops/logistic.h and tanh.h.
 * C twin: sigmoid_table.h.
 */

/**
 * logistic(i / 24) in Q0.16 at 256 knots.
 *
 * Between knots the table is read in straight lines, which lie below the curve. Raising each knot by half of what they
 * miss at most, |curvature| · step² / 16, leaves as much above as below. The last knot is the largest value.
 * Gives the numbers of `sigmoid_table_uint16`, tensorflow/lite/kernels/internal/common.h.
 */
export const sigmoidTable = Uint16Array.from({ length: 256 }, (_, i) => {
  if (i === 255) return 65_535;
  const value = 1 / (1 + Math.exp(-i / 24));
  const curvature = value * (1 - value) * (1 - 2 * value);
  return Math.round(65_536 * (value - curvature / 24 ** 2 / 16));
});

/** 1 / (1 + e^−x) in Q0.15. x3: 3x in Q4.12, int32. */
export function logisticByTable(x3: number): number {
  const size = x3 < 0 ? -x3 : x3;
  const knot = size >> 9;
  const value = knot >= 255 ? 0x7fff << 10 : interpolate(knot, size & 0x1ff, 9);
  return (x3 >= 0 ? value + (1 << 9) : (1 << 25) - value + (1 << 9) - 1) >> 10;
}

/** tanh x in Q0.15. x3: 3x in Q4.12, int32. */
export function tanhByTable(x3: number): number {
  const size = x3 < 0 ? -x3 : x3;
  const knot = size >> 8;
  const value = knot >= 255 ? 0xffff << 8 : interpolate(knot, size & 0xff, 8);
  const centered = value - (1 << 23);
  return (x3 >= 0 ? centered + (1 << 7) : -centered + (1 << 7) - 1) >> 8;
}

/** Between a knot and the next, `part` / 2^bits of the way; with `bits` more bits behind the point. */
function interpolate(knot: number, part: number, bits: number): number {
  const value = sigmoidTable[knot]!;
  return (value << bits) + part * (sigmoidTable[knot + 1]! - value);
}
