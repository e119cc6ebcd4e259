/* C twin of pad-with.ts. */
#ifndef SMG_PAD_WITH_H
#define SMG_PAD_WITH_H

#include "../move.h"

/* Cells before, inside and behind the input along each of five dimensions of the output; the last one counts bytes. */
struct smg_pad_geometry {
  int32_t element_bytes;
  const int32_t *before; /* [5] outermost first */
  const int32_t *inside; /* [5] */
  const int32_t *behind; /* [5] */
};

/* Fills bytes with an element, and returns where they end. */
static inline uint8_t *smg_repeat(const uint8_t *value, int32_t element_bytes, uint8_t *to, int32_t bytes) {
  for (int32_t i = 0; i < bytes; i += element_bytes) {
    smg_move(to, value, element_bytes);
    to += element_bytes;
  }
  return to;
}

static inline int smg_is_inside(int32_t i, int32_t size) {
  return i >= 0 && i < size;
}

/* The input with an element repeated around it. value: [element_bytes] */
static inline void smg_pad_with(const struct smg_pad_geometry *p, const uint8_t *value, const uint8_t *from,
                                uint8_t *to) {
  const int32_t *const before = p->before;
  const int32_t *const inside = p->inside;
  const int32_t *const behind = p->behind;
  const int32_t size = p->element_bytes;
  for (int32_t i0 = -before[0]; i0 < inside[0] + behind[0]; i0++) {
    for (int32_t i1 = -before[1]; i1 < inside[1] + behind[1]; i1++) {
      for (int32_t i2 = -before[2]; i2 < inside[2] + behind[2]; i2++) {
        for (int32_t i3 = -before[3]; i3 < inside[3] + behind[3]; i3++) {
          if (smg_is_inside(i0, inside[0]) && smg_is_inside(i1, inside[1]) && smg_is_inside(i2, inside[2]) &&
              smg_is_inside(i3, inside[3])) {
            to = smg_repeat(value, size, to, before[4]);
            smg_move(to, from, inside[4]);
            from += inside[4];
            to = smg_repeat(value, size, to + inside[4], behind[4]);
          } else {
            to = smg_repeat(value, size, to, before[4] + inside[4] + behind[4]);
          }
        }
      }
    }
  }
}

#endif
