/* C twin of cast.ts for integers, made for SMG_KERNEL and elements SMG_INPUT and SMG_OUTPUT; what does not fit wraps. */
#include "../fixed-point.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t count;
};

static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_INPUT *input,
                                 SMG_OUTPUT *output) {
  for (int32_t i = 0; i < params->count; i++) { output[i] = (SMG_OUTPUT)input[i]; }
}

#undef SMG_KERNEL
#undef SMG_INPUT
#undef SMG_OUTPUT
