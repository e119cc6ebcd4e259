/* C twin of pad-v2.ts. */
#ifndef SMG_PAD_V2_H
#define SMG_PAD_V2_H

#include "../pad/pad-with.h"

struct smg_pad_v2 {
  struct smg_pad_geometry geometry;
};

/* value: one element */
static void smg_pad_v2(const struct smg_pad_v2 *params, const void *input, const void *value, void *output) {
  smg_pad_with(&params->geometry, (const uint8_t *)value, (const uint8_t *)input, (uint8_t *)output);
}

#endif
