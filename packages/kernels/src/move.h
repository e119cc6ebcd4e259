/* What kernels that only move bytes have in common. */
#ifndef SMG_MOVE_H
#define SMG_MOVE_H

#include <string.h>

#include "fixed-point.h"

/* Copies bytes; both places may overlap. Elements of one byte need no call. */
static inline void smg_move(uint8_t *to, const uint8_t *from, int32_t bytes) {
  if (bytes == 1) {
    *to = *from;
  } else {
    memmove(to, from, (size_t)bytes);
  }
}

#endif
