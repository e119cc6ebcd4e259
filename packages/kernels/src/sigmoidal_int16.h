/* C twin of sigmoidal-int16.ts: logistic and tanh. */
#ifndef SMG_SIGMOIDAL_INT16_H
#define SMG_SIGMOIDAL_INT16_H

#include "sigmoid-table.h"

struct smg_sigmoidal_int16 {
  int32_t count;
  int32_t multiplier;
  int32_t shift;
  int32_t is_tanh;
  const uint16_t *table; /* [256] */
};

static void smg_sigmoidal_int16(const struct smg_sigmoidal_int16 *params, const int16_t *input, int16_t *output) {
  const int32_t half = params->shift > 0 ? (int32_t)1 << (params->shift - 1) : 0;
  for (int32_t i = 0; i < params->count; i++) {
    const int32_t scaled = smg_add(input[i] * params->multiplier, half) >> params->shift;
    output[i] = (int16_t)(params->is_tanh ? smg_tanh_by_table(params->table, scaled)
                                          : smg_logistic_by_table(params->table, scaled));
  }
}

#endif
