/* C twin of int16.ts. */
#ifndef SMG_FULLY_CONNECTED_INT16_H
#define SMG_FULLY_CONNECTED_INT16_H

#include "../wide-channels.h"

struct smg_fully_connected_int16 {
  int32_t batches;
  int32_t depth;
  int32_t units;
  const int8_t *filter; /* [units, depth] */
  struct smg_wide_channels channels;
};

/* input [batches, depth] -> output [batches, units] */
static void smg_fully_connected_int16(const struct smg_fully_connected_int16 *params, const int16_t *input,
                                      int16_t *output) {
  for (int32_t batch = 0; batch < params->batches; batch++) {
    const int8_t *weight = params->filter;
    for (int32_t unit = 0; unit < params->units; unit++) {
      int64_t sum = params->channels.bias[unit];
      for (int32_t i = 0; i < params->depth; i++) { sum += (int32_t)*weight++ * input[i]; }
      *output++ = smg_stored_wide(&params->channels, sum, unit);
    }
    input += params->depth;
  }
}

#endif
