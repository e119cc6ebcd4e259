/* C twin of integers.ts for int16. */
#ifndef SMG_LEAKY_RELU_INT16_H
#define SMG_LEAKY_RELU_INT16_H

#include "../fixed-point.h"

struct smg_leaky_relu_int16 {
  int32_t count;
  int32_t input_zero_point;
  int32_t output_zero_point;
  int32_t multiplier; /* of values that are not negative */
  int32_t shift;
  int32_t alpha_multiplier; /* of negative values, times the sign of alpha */
  int32_t alpha_shift;
  int32_t alpha_sign;
  int32_t output_min;
  int32_t output_max;
};

static void smg_leaky_relu_int16(const struct smg_leaky_relu_int16 *params, const int16_t *input, int16_t *output) {
  const struct smg_leaky_relu_int16 *const p = params;
  for (int32_t i = 0; i < p->count; i++) {
    const int32_t value = input[i] - p->input_zero_point;
    const int32_t scaled = value >= 0 ? smg_scale(value, p->multiplier, p->shift)
                                      : p->alpha_sign * smg_scale(value, p->alpha_multiplier, p->alpha_shift);
    output[i] = (int16_t)smg_to_range(scaled, p->output_zero_point, p->output_min, p->output_max);
  }
}

#endif
