/* Where a transposed convolution reads: it goes over the output and asks which input reaches each cell. */
#ifndef SMG_TRANSPOSE_CONV_H
#define SMG_TRANSPOSE_CONV_H

#include "../fixed-point.h"

struct smg_transpose_conv {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t output_channels;
  int32_t filter_height;
  int32_t filter_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t padding_top; /* of the convolution from the output back to the input */
  int32_t padding_left;
};

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
