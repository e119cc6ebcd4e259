/* C twin of integer-sum.ts, made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "broadcast-fields.h"

struct SMG_NAME(SMG_KERNEL) {
  SMG_BROADCAST_FIELDS
  int32_t headroom_bits;
  int32_t a_offset; /* less the zero point */
  int32_t a_multiplier;
  int32_t a_shift;
  int32_t b_offset;
  int32_t b_multiplier;
  int32_t b_shift;
  int32_t b_sign;
  int32_t output_zero_point;
  int32_t output_multiplier;
  int32_t output_shift;
  int32_t activation_min;
  int32_t activation_max;
};

static inline int32_t SMG_JOIN(SMG_NAME(SMG_KERNEL), _pair)(const struct SMG_NAME(SMG_KERNEL) *p, int32_t a,
                                                            int32_t b) {
  const int32_t a_scaled = smg_scale((a + p->a_offset) * ((int32_t)1 << p->headroom_bits), p->a_multiplier, p->a_shift);
  const int32_t b_scaled = smg_scale((b + p->b_offset) * ((int32_t)1 << p->headroom_bits), p->b_multiplier, p->b_shift);
  const int32_t sum = smg_add(a_scaled, p->b_sign * b_scaled);
  const int32_t scaled = smg_scale(sum, p->output_multiplier, p->output_shift);
  return smg_to_range(scaled, p->output_zero_point, p->activation_min, p->activation_max);
}

#define SMG_ELEMENT_B SMG_ELEMENT
#define SMG_PAIR SMG_JOIN(SMG_NAME(SMG_KERNEL), _pair)
#include "broadcast.h"
