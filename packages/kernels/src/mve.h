/* What kernels with the vectors of Helium have in common (M-Profile Vector Extension of Armv8.1-M: Cortex-M55, M85). */
#ifndef SMG_MVE_H
#define SMG_MVE_H

#include <arm_mve.h>

#include "fixed-point.h"

#if defined(__GNUC__)
#define SMG_MVE_NOINLINE __attribute__((noinline))
#else
#define SMG_MVE_NOINLINE
#endif

#if defined(__ARM_BIG_ENDIAN)
#error "Kernels with Helium need a little-endian core; generate portable code instead."
#endif

/* How sums of products become int8, as smg_scale has it; packed by mve-requantization.ts. */
struct smg_mve_requantization {
  const int32_t *bias; /* [outputs], rounded up to a multiple of 4 */
  const int32_t *multiplier; /* as many, or [4] */
  const int8_t *shift; /* as many, or [4]: 0, or below it to the right */
  int32_t scale_step; /* from four outputs to the next: 4, or 0 if all have one scale */
  /* Each four times: least and largest value of the activation, less the zero point, and that itself. */
  const int32_t *limits;
};

struct smg_mve_limits {
  int32x4_t min;
  int32x4_t max;
  int32x4_t zero_point;
};

static inline struct smg_mve_limits smg_mve_load_limits(const struct smg_mve_requantization *r) {
  struct smg_mve_limits limits;
  limits.min = vldrwq_s32(r->limits);
  limits.max = vldrwq_s32(r->limits + 4);
  limits.zero_point = vldrwq_s32(r->limits + 8);
  return limits;
}

/* Four sums with their bias, scaled, limited and moved. The instruction VRSHL rounds halves up; below zero they go down,
 * if one is taken off before. */
static inline int32x4_t smg_mve_finish(int32x4_t sums, const int32_t *multiplier, const int8_t *shift,
                                       struct smg_mve_limits limits) {
  const int32x4_t to_the_left = vldrbq_s32(shift);
  const int32x4_t high = vqrdmulhq_s32(sums, vldrwq_s32(multiplier));
  const int32x4_t below_zero = vshrq_n_s32(vandq_s32(high, to_the_left), 31);
  const int32x4_t scaled = vrshlq_s32(vaddq_s32(high, below_zero), to_the_left);
  return vaddq_s32(vminq_s32(vmaxq_s32(scaled, limits.min), limits.max), limits.zero_point);
}

#endif
