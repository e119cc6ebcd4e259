/* C twin of reduce-sum-integers.ts (mean, sum), made for SMG_KERNEL and elements SMG_ELEMENT. */
#include "reduction.h"

struct SMG_NAME(SMG_KERNEL) {
  SMG_REDUCTION_FIELDS
  int32_t sum_offset; /* less the zero point, times the elements of a sum */
  int32_t multiplier;
  int32_t shift;
  int32_t output_zero_point;
  int32_t output_min;
  int32_t output_max;
};

static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *input,
                                 SMG_ELEMENT *output) {
  const struct SMG_NAME(SMG_KERNEL) *const p = params;
  for (int32_t i = 0; i < p->kept_extents[0]; i++) {
    for (int32_t j = 0; j < p->kept_extents[1]; j++) {
      const SMG_ELEMENT *const start = input + i * p->kept_steps[0] + j * p->kept_steps[1];
      int32_t sum = p->sum_offset;
      for (int32_t k = 0; k < p->reduced_extents[0]; k++) {
        const SMG_ELEMENT *const row = start + k * p->reduced_steps[0];
        for (int32_t l = 0; l < p->reduced_extents[1]; l++) { sum = smg_add(sum, row[l * p->reduced_steps[1]]); }
      }
      const int32_t scaled = smg_scale(sum, p->multiplier, p->shift);
      *output++ = (SMG_ELEMENT)smg_to_range(scaled, p->output_zero_point, p->output_min, p->output_max);
    }
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
