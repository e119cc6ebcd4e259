/* Sums of products of several output channels, and how they become int8. */
#ifndef SMG_CHANNEL_SUMS_H
#define SMG_CHANNEL_SUMS_H

#include "fixed-point.h"

struct smg_channels {
  const int32_t *bias; /* [channels] */
  const int32_t *multiplier; /* [channels], or [1] */
  const int8_t *shift; /* [channels], or [1] */
  int32_t scale_step; /* 1 if each channel has a scale of its own, else 0 */
  int32_t output_zero_point;
  int32_t min; /* of the activation, less the zero point */
  int32_t max;
};

/* sums [count], those of channel `first` and behind it -> output [count] */
static inline void smg_store_channels(const struct smg_channels *p, const uint32_t *sums, int32_t first,
                                      int32_t count, int8_t *output) {
  const int32_t *multiplier = p->multiplier + first * p->scale_step;
  const int8_t *shift = p->shift + first * p->scale_step;
  for (int32_t i = 0; i < count; i++) {
    const int32_t scaled = smg_scale((int32_t)sums[i], *multiplier, *shift);
    output[i] = (int8_t)(smg_clamp(scaled, p->min, p->max) + p->output_zero_point);
    multiplier += p->scale_step;
    shift += p->scale_step;
  }
}

/* The same for a single sum. */
static inline int8_t smg_stored_channel(const struct smg_channels *p, uint32_t sum, int32_t channel) {
  int8_t output;
  smg_store_channels(p, &sum, channel, 1, &output);
  return output;
}

#endif
