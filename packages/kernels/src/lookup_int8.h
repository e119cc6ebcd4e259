/* C twin of lookup.ts. */
#ifndef SMG_LOOKUP_INT8_H
#define SMG_LOOKUP_INT8_H

#include "fixed-point.h"

struct smg_lookup_int8 {
  int32_t count;
  const int8_t *table; /* [256] */
};

static void smg_lookup_int8(const struct smg_lookup_int8 *params, const int8_t *input, int8_t *output) {
  for (int32_t i = 0; i < params->count; i++) { output[i] = params->table[input[i] + 128]; }
}

#endif
