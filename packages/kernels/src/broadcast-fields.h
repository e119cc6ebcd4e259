#ifndef SMG_BROADCAST_FIELDS_H
#define SMG_BROADCAST_FIELDS_H

#include "fixed-point.h"

/* How the operands are walked through, outermost dimension first; a step of 0 repeats. */
#define SMG_BROADCAST_FIELDS \
  const int32_t *extents; /* [4] */ \
  const int32_t *a_steps; /* [4] elements */ \
  const int32_t *b_steps; /* [4] elements */

#endif
