/* C twin of dequantize.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../fixed-point.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t count;
  float scale;
  int32_t zero_point;
};

static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *input,
                                 float *output) {
  for (int32_t i = 0; i < params->count; i++) {
    output[i] = params->scale * (float)(input[i] - params->zero_point);
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
