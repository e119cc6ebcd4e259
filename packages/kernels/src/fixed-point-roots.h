/* Roots and logarithms of fixed-point numbers, as fixed-point-roots.ts has them. */
#ifndef SMG_FIXED_POINT_ROOTS_H
#define SMG_FIXED_POINT_ROOTS_H

#include "fixed-point-functions.h"

#define SMG_SQRT_HALF ((int32_t)1518500250) /* Q0.31 */

/* 1 / sqrt(x) = multiplier * 2^(shift - 31); x is not negative, and 0 counts as 1. By five steps of Newton and Raphson. */
static inline int32_t smg_inverse_square_root(int32_t x, int32_t *shift) {
  *shift = 0;
  if (x <= 1) { return INT32_MAX; }
  /* x times or divided by a power of four, from 2^27 to below 2^29 */
  const int32_t quarterings = x >= 536870912 ? 1 : 0;
  const int32_t reduced = x >> (2 * quarterings);
  const int32_t doubling_pairs = ((smg_leading_zeros(reduced) - 1) >> 1) - 1;
  const int32_t right_shift = 11 + quarterings - doubling_pairs;
  const int32_t normalized = (int32_t)((uint32_t)reduced << (2 * doubling_pairs)) >> 1; /* Q3.28 */
  const int32_t half = smg_shift_right(normalized, 1);
  int32_t root = (int32_t)1 << 28; /* Q3.28 */
  for (int32_t step = 0; step < 5; step++) {
    const int32_t square = smg_high_multiply(root, root);
    const int32_t cube = smg_saturating_shift_left(smg_high_multiply(square, root), 6);
    const int32_t next = smg_add(smg_high_multiply((int32_t)3 << 27, root), -smg_high_multiply(half, cube));
    root = smg_saturating_shift_left(next, 3);
  }
  const int32_t result = smg_high_multiply(root, SMG_SQRT_HALF);
  if (right_shift < 0) { return (int32_t)((uint32_t)result << -right_shift); }
  *shift = -right_shift;
  return result;
}

/* (a + b) / 2, rounded half away from zero. */
static inline int32_t smg_half_of_sum(int32_t a, int32_t b) {
  const int64_t sum = (int64_t)a + b;
  return (int32_t)((sum + (sum >= 0 ? 1 : -1)) / 2);
}

/* ln x in Q5.26. x: Q12.19, 1 or more. A power of two, and a quotient of polynomials for the rest near sqrt(1/2). */
static inline int32_t smg_logarithm(int32_t x) {
  const int32_t fourth_root_of_half = 1805811301; /* Q0.31, as all constants here */
  const int32_t quarter = (int32_t)1 << 23; /* Q6.25 */
  /* Twice the same: once as it is, once multiplied by sqrt(1/2). The smaller rest counts. */
  const int32_t leading_zeros = smg_leading_zeros(x);
  const int32_t raised = smg_saturating_shift_left(x, leading_zeros - 1);
  const int32_t rest_a = smg_saturating_shift_left(smg_high_multiply(raised, SMG_SQRT_HALF), 1);
  const int32_t power_a = (12 - leading_zeros) * 33554432 + quarter;
  const int32_t headroom = smg_leading_zeros(smg_high_multiply(x, SMG_SQRT_HALF)) - 1;
  const int32_t rest_b = smg_saturating_shift_left(x, headroom);
  const int32_t power_b = (12 - headroom) * 33554432 - quarter;
  const int32_t rest = rest_a < rest_b ? rest_a : rest_b;
  const int32_t power = power_a > power_b ? power_a : power_b; /* Q6.25 */

  const int32_t p = smg_half_of_sum(rest, fourth_root_of_half);
  const int32_t q = (int32_t)(2u * ((uint32_t)rest - (uint32_t)fourth_root_of_half));
  const int32_t square = smg_high_multiply(q, q);
  const int32_t numerator =
      smg_add(smg_high_multiply(q, rest), smg_high_multiply(smg_high_multiply(q, square), 117049297));
  const int32_t factor = smg_add(smg_add(1057819769, q), smg_high_multiply(square, 127690142));
  const int32_t denominator = smg_add(smg_high_multiply(p, factor), smg_high_multiply(q, 638450708));
  const int32_t quotient = smg_high_multiply(smg_shift_right(numerator, 6), smg_one_over_one_plus(denominator));
  return smg_saturating_shift_left(smg_add(smg_high_multiply(power, 1488522236), quotient), 1);
}

#endif
