/* C twin of reduce-max.ts for int8. */
#ifndef SMG_REDUCE_MAX_INT8_H
#define SMG_REDUCE_MAX_INT8_H

#include "../reduction.h"

struct smg_reduce_max_int8 {
  SMG_REDUCTION_FIELDS
  int32_t lowest; /* of the type */
};

static void smg_reduce_max_int8(const struct smg_reduce_max_int8 *params, const int8_t *input, int8_t *output) {
  const struct smg_reduce_max_int8 *const p = params;
  for (int32_t i = 0; i < p->kept_extents[0]; i++) {
    for (int32_t j = 0; j < p->kept_extents[1]; j++) {
      const int8_t *const start = input + i * p->kept_steps[0] + j * p->kept_steps[1];
      int32_t largest = p->lowest;
      for (int32_t k = 0; k < p->reduced_extents[0]; k++) {
        const int8_t *const row = start + k * p->reduced_steps[0];
        for (int32_t l = 0; l < p->reduced_extents[1]; l++) {
          const int32_t value = row[l * p->reduced_steps[1]];
          if (value > largest) { largest = value; }
        }
      }
      *output++ = (int8_t)largest;
    }
  }
}

#endif
