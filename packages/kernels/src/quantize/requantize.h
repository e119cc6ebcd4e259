/* C twin of integers.ts (quantize, ReLU of int16), made for SMG_KERNEL and elements SMG_INPUT and SMG_OUTPUT. */
#include "../fixed-point.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t count;
  int32_t input_zero_point;
  int32_t output_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t min; /* less the zero point */
  int32_t max;
};

static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_INPUT *input,
                                 SMG_OUTPUT *output) {
  for (int32_t i = 0; i < params->count; i++) {
    const int32_t value = smg_add(input[i], -params->input_zero_point);
    const int32_t scaled = smg_scale(value, params->multiplier, params->shift);
    output[i] = (SMG_OUTPUT)(smg_clamp(scaled, params->min, params->max) + params->output_zero_point);
  }
}

#undef SMG_KERNEL
#undef SMG_INPUT
#undef SMG_OUTPUT
