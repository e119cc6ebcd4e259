/* Copies bytes, where input and output do not already share their memory. C twin of reshape.ts. */
#ifndef SMG_COPY_H
#define SMG_COPY_H

#include <string.h>

#include "../fixed-point.h"

struct smg_copy {
  int32_t bytes;
};

static void smg_copy(const struct smg_copy *params, const void *input, void *output) {
  if (input != output) { memmove(output, input, (size_t)params->bytes); }
}

#endif
