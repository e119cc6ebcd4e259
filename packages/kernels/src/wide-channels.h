/* Sums of products of int16 and int8, and how they become int16; C twin of wide-requantization.ts. */
#ifndef SMG_WIDE_CHANNELS_H
#define SMG_WIDE_CHANNELS_H

#include "fixed-point.h"

struct smg_wide_channels {
  const int64_t *bias; /* [channels] */
  const int32_t *multiplier; /* [channels] */
  const int8_t *shift; /* [channels] to the right, of 64 bits; or as in smg_scale, of 32 */
  int32_t is_int32; /* whether sums are int32, wrap, and are rounded twice */
  int32_t activation_min;
  int32_t activation_max;
};

static inline int16_t smg_stored_wide(const struct smg_wide_channels *p, int64_t sum, int32_t channel) {
  const int32_t multiplier = p->multiplier[channel];
  const int32_t shift = p->shift[channel];
  const int64_t scaled = p->is_int32 ? smg_scale((int32_t)sum, multiplier, shift)
                                     : (sum * multiplier + ((int64_t)1 << (shift - 1))) >> shift;
  if (scaled < p->activation_min) { return (int16_t)p->activation_min; }
  return (int16_t)(scaled < p->activation_max ? scaled : p->activation_max);
}

#endif
