/* C twin of float32.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../fixed-point.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t count;
  int32_t zero_point;
  int32_t min;
  int32_t max;
  float scale;
};

static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const float *input,
                                 SMG_ELEMENT *output) {
  const float lowest = (float)(params->min - params->zero_point);
  const float highest = (float)(params->max - params->zero_point);
  for (int32_t i = 0; i < params->count; i++) {
    const float x = input[i] / params->scale;
    int32_t rounded = -params->zero_point; /* of NaN */
    if (x <= lowest) {
      rounded = params->min - params->zero_point;
    } else if (x >= highest) {
      rounded = params->max - params->zero_point;
    } else if (x == x) {
      /* Halves go away from zero; the rest is exact. */
      rounded = (int32_t)x;
      const float rest = x - (float)rounded;
      if (rest >= 0.5f) {
        rounded++;
      } else if (rest <= -0.5f) {
        rounded--;
      }
    }
    output[i] = (SMG_ELEMENT)(rounded + params->zero_point);
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
