/* C twin of strided-copy.ts: transpose, slice, strided-slice. */
#ifndef SMG_STRIDED_COPY_H
#define SMG_STRIDED_COPY_H

#include "move.h"

struct smg_strided_copy {
  int32_t start_bytes;
  const int32_t *extents; /* [5] outermost first */
  const int32_t *step_bytes; /* [5] */
  int32_t run_bytes; /* what lies side by side in input and output */
};

static void smg_strided_copy(const struct smg_strided_copy *params, const void *input, void *output) {
  const int32_t *const extents = params->extents;
  const int32_t *const steps = params->step_bytes;
  uint8_t *to = (uint8_t *)output;
  for (int32_t i0 = 0; i0 < extents[0]; i0++) {
    for (int32_t i1 = 0; i1 < extents[1]; i1++) {
      for (int32_t i2 = 0; i2 < extents[2]; i2++) {
        for (int32_t i3 = 0; i3 < extents[3]; i3++) {
          int32_t from = params->start_bytes + i0 * steps[0] + i1 * steps[1] + i2 * steps[2] + i3 * steps[3];
          for (int32_t i4 = 0; i4 < extents[4]; i4++) {
            smg_move(to, (const uint8_t *)input + from, params->run_bytes);
            to += params->run_bytes;
            from += steps[4];
          }
        }
      }
    }
  }
}

#endif
