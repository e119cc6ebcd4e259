/* Functions on fixed-point numbers, as functions-of-word.ts has them. Qm.n has m bits before the point, n behind it. */
#ifndef SMG_FIXED_POINT_FUNCTIONS_H
#define SMG_FIXED_POINT_FUNCTIONS_H

#include "fixed-point.h"

/* a * 2^exponent, limited to int32. */
static inline int32_t smg_saturating_shift_left(int32_t a, int32_t exponent) {
  const int32_t limit = INT32_MAX >> exponent;
  if (a > limit) { return INT32_MAX; }
  if (a < -limit - 1) { return INT32_MIN; }
  return (int32_t)((uint32_t)a << exponent);
}

/* Bits in front of the highest one; 32 of 0. */
static inline int32_t smg_leading_zeros(int32_t a) {
  int32_t count = 0;
  uint32_t bits = (uint32_t)a;
  while (count < 32 && bits < 0x80000000u) {
    bits <<= 1;
    count++;
  }
  return count;
}

/* 2 / (1 + a) in Q2.29, by three steps of Newton and Raphson. a: Q0.31, 0 or more. */
static inline int32_t smg_reciprocal_of_half(int32_t a) {
  const int32_t half = (a >> 1) + ((int32_t)1 << 30); /* (1 + a) / 2 */
  int32_t x = 1515870810 + smg_high_multiply(-1010580540, half); /* 48/17 - 32/17 half */
  for (int32_t step = 0; step < 3; step++) {
    const int32_t error = ((int32_t)1 << 29) - smg_high_multiply(x, half);
    x = smg_add(x, smg_saturating_shift_left(smg_high_multiply(error, x), 2));
  }
  return x;
}

/* 1 / (1 + a) in Q0.31. a: Q0.31, 0 or more. */
static inline int32_t smg_one_over_one_plus(int32_t a) {
  return smg_saturating_shift_left(smg_reciprocal_of_half(a), 1);
}

#endif
