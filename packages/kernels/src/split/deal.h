/* C twin of deal.ts: split and unpack. */
#ifndef SMG_DEAL_H
#define SMG_DEAL_H

#include "../move.h"

struct smg_deal {
  int32_t rounds; /* times that every output gets a chunk */
  int32_t output_count;
  int32_t chunk_bytes;
};

static void smg_deal(const struct smg_deal *params, const void *const inputs[], void *const outputs[]) {
  const uint8_t *from = (const uint8_t *)inputs[0];
  for (int32_t round = 0; round < params->rounds; round++) {
    for (int32_t i = 0; i < params->output_count; i++) {
      smg_move((uint8_t *)outputs[i] + round * params->chunk_bytes, from, params->chunk_bytes);
      from += params->chunk_bytes;
    }
  }
}

#endif
