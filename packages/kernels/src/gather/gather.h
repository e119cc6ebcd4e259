/* C twin of gather-runs.ts. A position outside counts as the nearest one inside: there is nobody to tell. */
#ifndef SMG_GATHER_H
#define SMG_GATHER_H

#include "../move.h"

struct smg_gather {
  int32_t batches;
  int32_t outer_count;
  int32_t size;
  int32_t position_count;
  int32_t run_bytes;
};

/* input [batches, outer_count, size, run], positions [batches, position_count]
 * -> output [batches, outer_count, position_count, run] */
static void smg_gather(const struct smg_gather *params, const void *input, const int32_t *positions, void *output) {
  const uint8_t *from = (const uint8_t *)input;
  uint8_t *to = (uint8_t *)output;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t outer = 0; outer < params->outer_count; outer++) {
      for (int32_t i = 0; i < params->position_count; i++) {
        const int32_t position = smg_clamp(positions[i], 0, params->size - 1);
        smg_move(to, from + position * params->run_bytes, params->run_bytes);
        to += params->run_bytes;
      }
      from += params->size * params->run_bytes;
    }
    positions += params->position_count;
  }
}

#endif
