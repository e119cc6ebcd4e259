/* C twin of arg-max.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../fixed-point.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t outer_count;
  int32_t size;
  int32_t inner_count;
};

/* input [outer_count, size, inner_count] -> output [outer_count, inner_count] */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *input,
                                 int32_t *output) {
  for (int32_t outer = 0; outer < params->outer_count; outer++) {
    for (int32_t inner = 0; inner < params->inner_count; inner++) {
      const SMG_ELEMENT *from = input + outer * params->size * params->inner_count + inner;
      SMG_ELEMENT largest = *from;
      int32_t position = 0;
      for (int32_t i = 1; i < params->size; i++) {
        from += params->inner_count;
        if (*from > largest) {
          largest = *from;
          position = i;
        }
      }
      *output++ = position;
    }
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
