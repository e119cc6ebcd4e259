/* Logistic function and tanh of int16 by one table, as sigmoid-table.ts has them. */
#ifndef SMG_SIGMOID_TABLE_H
#define SMG_SIGMOID_TABLE_H

#include "fixed-point.h"

/* Between a knot and the next, part / 2^bits of the way; with `bits` more bits behind the point. */
static inline int32_t smg_interpolate(const uint16_t *table, int32_t knot, int32_t part, int32_t bits) {
  const int32_t value = table[knot];
  return value * ((int32_t)1 << bits) + part * (table[knot + 1] - value);
}

/* 1 / (1 + e^-x) in Q0.15. x3: 3x in Q4.12. table: [256] in Q0.16 */
static inline int32_t smg_logistic_by_table(const uint16_t *table, int32_t x3) {
  const int32_t size = x3 < 0 ? -x3 : x3;
  const int32_t knot = size >> 9;
  const int32_t value = knot >= 255 ? 0x7fff * 1024 : smg_interpolate(table, knot, size & 0x1ff, 9);
  return (x3 >= 0 ? value + 512 : 33554432 - value + 511) >> 10;
}

/* tanh x in Q0.15. x3: 3x in Q4.12. */
static inline int32_t smg_tanh_by_table(const uint16_t *table, int32_t x3) {
  const int32_t size = x3 < 0 ? -x3 : x3;
  const int32_t knot = size >> 8;
  const int32_t value = knot >= 255 ? 0xffff * 256 : smg_interpolate(table, knot, size & 0xff, 8);
  const int32_t centered = value - 8388608;
  return (x3 >= 0 ? centered + 128 : 127 - centered) >> 8;
}

#endif
