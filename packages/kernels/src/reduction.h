/* Which input elements make up each output; C twin of reduction.ts. */
#ifndef SMG_REDUCTION_H
#define SMG_REDUCTION_H

#include "fixed-point.h"

/* Two dimensions that are kept and two that are reduced, outermost first. Steps in elements. */
#define SMG_REDUCTION_FIELDS \
  const int32_t *kept_extents; /* [2] */ \
  const int32_t *kept_steps; /* [2] */ \
  const int32_t *reduced_extents; /* [2] */ \
  const int32_t *reduced_steps; /* [2] */

#endif
