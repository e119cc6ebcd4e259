/* C twin of interleave.ts: concatenation and pack. */
#ifndef SMG_INTERLEAVE_H
#define SMG_INTERLEAVE_H

#include "../move.h"

struct smg_interleave {
  int32_t rounds; /* times that every input gives a chunk */
  int32_t input_count;
  const int32_t *chunk_bytes; /* [inputs] */
};

static void smg_interleave(const struct smg_interleave *params, const void *const inputs[], void *const outputs[]) {
  uint8_t *to = (uint8_t *)outputs[0];
  for (int32_t round = 0; round < params->rounds; round++) {
    for (int32_t i = 0; i < params->input_count; i++) {
      const int32_t bytes = params->chunk_bytes[i];
      smg_move(to, (const uint8_t *)inputs[i] + round * bytes, bytes);
      to += bytes;
    }
  }
}

#endif
