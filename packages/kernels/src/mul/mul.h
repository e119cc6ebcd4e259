/* C twin of integers.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "../broadcast-fields.h"

struct SMG_NAME(SMG_KERNEL) {
  SMG_BROADCAST_FIELDS
  int32_t a_offset; /* less the zero point */
  int32_t b_offset;
  int32_t output_zero_point;
  int32_t multiplier;
  int32_t shift;
  int32_t activation_min;
  int32_t activation_max;
};

static inline int32_t SMG_JOIN(SMG_NAME(SMG_KERNEL), _pair)(const struct SMG_NAME(SMG_KERNEL) *p, int32_t a,
                                                            int32_t b) {
  const int32_t scaled = smg_scale((a + p->a_offset) * (b + p->b_offset), p->multiplier, p->shift);
  return smg_to_range(scaled, p->output_zero_point, p->activation_min, p->activation_max);
}

#define SMG_ELEMENT_B SMG_ELEMENT
#define SMG_PAIR SMG_JOIN(SMG_NAME(SMG_KERNEL), _pair)
#include "../broadcast.h"
