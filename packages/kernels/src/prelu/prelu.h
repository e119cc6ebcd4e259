/* C twin of integers.ts, made for SMG_KERNEL and elements SMG_ELEMENT; alpha is int8. */
#include "../broadcast-fields.h"

struct SMG_NAME(SMG_KERNEL) {
  SMG_BROADCAST_FIELDS
  int32_t input_offset; /* less the zero point */
  int32_t alpha_offset;
  int32_t multiplier; /* of values that are not negative */
  int32_t shift;
  int32_t alpha_multiplier; /* of products of negative values with alpha */
  int32_t alpha_shift;
  int32_t output_zero_point;
  int32_t output_min;
  int32_t output_max;
};

static inline int32_t SMG_JOIN(SMG_NAME(SMG_KERNEL), _pair)(const struct SMG_NAME(SMG_KERNEL) *p, int32_t a,
                                                            int32_t b) {
  const int32_t value = a + p->input_offset;
  const int32_t scaled = value >= 0
                             ? smg_scale(value, p->multiplier, p->shift)
                             : smg_scale(value * (b + p->alpha_offset), p->alpha_multiplier, p->alpha_shift);
  return smg_to_range(scaled, p->output_zero_point, p->output_min, p->output_max);
}

#define SMG_ELEMENT_B int8_t
#define SMG_PAIR SMG_JOIN(SMG_NAME(SMG_KERNEL), _pair)
#include "../broadcast.h"
