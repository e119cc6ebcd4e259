/* Where a filter or pool reads while it slides over an image. Sizes in cells. */
#ifndef SMG_WINDOW_H
#define SMG_WINDOW_H

#include "fixed-point.h"

struct smg_window {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t filter_height;
  int32_t filter_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t padding_top;
  int32_t padding_left;
};

/* First row or column of the filter that is not before the image, if the filter begins at `start`. */
static inline int32_t smg_first_inside(int32_t start) {
  return start < 0 ? -start : 0;
}

/* One past the last row or column of the filter that is not behind the image. */
static inline int32_t smg_end_inside(int32_t start, int32_t input_size, int32_t filter_size) {
  const int32_t end = input_size - start;
  return end < filter_size ? end : filter_size;
}

#endif
