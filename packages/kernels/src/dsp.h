/* What kernels with the 16-bit multiplications of Armv7E-M and Armv8-M have in common (Cortex-M4, M7, M33). */
#ifndef SMG_DSP_H
#define SMG_DSP_H

#include <arm_acle.h>
#include <string.h>

#include "fixed-point.h"

#if defined(__GNUC__)
#define SMG_DSP_NOINLINE __attribute__((noinline))
#else
#define SMG_DSP_NOINLINE
#endif

/* A loop that needs most registers. With -O2 GCC has enough of them beside what is around it, with -Os it has not. */
#if defined(__OPTIMIZE_SIZE__)
#define SMG_DSP_INNER_LOOP static SMG_DSP_NOINLINE
#else
#define SMG_DSP_INNER_LOOP static inline
#endif

#if defined(__ARM_BIG_ENDIAN)
#error "Kernels with DSP instructions need a little-endian core; generate portable code instead."
#endif

/* How sums of products become int8, as smg_scale has it; packed by dsp-requantization.ts. */
struct smg_dsp_requantization {
  const int32_t *twice_bias; /* [outputs] */
  const int32_t *multiplier; /* [outputs] */
  const int8_t *shift; /* [outputs], to the right, 0 to 20 */
  int32_t twice_zero_point_plus_1; /* so that one addition moves and rounds */
  int32_t activation_min;
  int32_t activation_max;
};

/* Four bytes from any address, the first one lowest. */
static inline int32_t smg_dsp_load(const int8_t *from) {
  int32_t word;
  memcpy(&word, from, sizeof word);
  return word;
}

/* The larger, or the smaller, of each of four bytes. */
static inline int32_t smg_dsp_max(int32_t a, int32_t b) {
  (void)__ssub8(a, b);
  return (int32_t)__sel((uint32_t)a, (uint32_t)b);
}

static inline int32_t smg_dsp_min(int32_t a, int32_t b) {
  (void)__ssub8(a, b);
  return (int32_t)__sel((uint32_t)b, (uint32_t)a);
}

static inline int32_t smg_subtract(int32_t a, int32_t b) {
  return (int32_t)((uint32_t)a - (uint32_t)b);
}

/* GCC's macro __ssat turns unsigned into signed without saying so. */
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#endif
static inline int8_t smg_dsp_to_int8(int32_t x) {
  return (int8_t)__ssat(x, 8);
}
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* twice_sum: bias and products, times 2, within 2^30 */
static inline int8_t smg_dsp_requantize(int32_t twice_sum, int32_t multiplier, int32_t shift,
                                        int32_t twice_zero_point_plus_1) {
  const int64_t product = (int64_t)twice_sum * multiplier;
  const int32_t high = (int32_t)(product >> 32) + (int32_t)((uint32_t)product >> 31);
  /* Half of what the shift drops is added, and below zero a little less: twice `high` makes room for that bit. */
  const int32_t half = (int32_t)((uint32_t)twice_zero_point_plus_1 << shift);
  return smg_dsp_to_int8((half + 2 * high + (high >> 31)) >> (shift + 1));
}

/* Limits what was computed to a range of the activation that is narrower than int8. */
static inline void smg_dsp_limit(const struct smg_dsp_requantization *r, int8_t *output, int32_t count) {
  if (r->activation_min == -128 && r->activation_max == 127) { return; }
  for (int32_t i = 0; i < count; i++) {
    output[i] = (int8_t)smg_clamp(output[i], r->activation_min, r->activation_max);
  }
}

#endif
