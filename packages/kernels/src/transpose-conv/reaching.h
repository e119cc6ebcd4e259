/* Which rows or columns of the input reach a place of a transposed convolution's output. */
#ifndef SMG_REACHING_H
#define SMG_REACHING_H

#include "../window.h"

/* First input row or column whose copy of the filter does not end before the place. */
static inline int32_t smg_first_reaching(int32_t place, int32_t filter_size, int32_t stride) {
  return place < filter_size ? 0 : (place - filter_size + stride) / stride;
}

/* One past the last input row or column whose copy of the filter does not begin behind the place. */
static inline int32_t smg_end_reaching(int32_t place, int32_t stride, int32_t input_size) {
  const int32_t end = place / stride + 1;
  return end < input_size ? end : input_size;
}

#endif
