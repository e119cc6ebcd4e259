/* C twin of pad.ts. */
#ifndef SMG_PAD_H
#define SMG_PAD_H

#include "pad-with.h"

struct smg_pad {
  struct smg_pad_geometry geometry;
  const uint8_t *value; /* [element_bytes] */
};

static void smg_pad(const struct smg_pad *params, const void *input, void *output) {
  smg_pad_with(&params->geometry, params->value, (const uint8_t *)input, (uint8_t *)output);
}

#endif
