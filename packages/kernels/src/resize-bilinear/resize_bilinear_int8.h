/* C twin of int8.ts. */
#ifndef SMG_RESIZE_BILINEAR_INT8_H
#define SMG_RESIZE_BILINEAR_INT8_H

#include "../fixed-point.h"

struct smg_resize_bilinear_int8 {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t channels;
  int32_t output_height;
  int32_t output_width;
  const int32_t *top; /* [output_height] the input rows above and below */
  const int32_t *bottom; /* [output_height] */
  const int32_t *left; /* [output_width] */
  const int32_t *right; /* [output_width] */
  const int32_t *row_distances; /* [output_height] from the row above, in 1/1024 of a row */
  const int32_t *column_distances; /* [output_width] */
};

static void smg_resize_bilinear_int8(const struct smg_resize_bilinear_int8 *params, const int8_t *input,
                                     int8_t *output) {
  const struct smg_resize_bilinear_int8 *const p = params;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t y = 0; y < p->output_height; y++) {
      const int8_t *const top = input + (batch * p->input_height + p->top[y]) * p->input_width * p->channels;
      const int8_t *const bottom = input + (batch * p->input_height + p->bottom[y]) * p->input_width * p->channels;
      const int32_t down = p->row_distances[y];
      const int32_t up = 1024 - down;
      for (int32_t x = 0; x < p->output_width; x++) {
        const int32_t left = p->left[x] * p->channels;
        const int32_t right = p->right[x] * p->channels;
        const int32_t across = p->column_distances[x];
        const int32_t back = 1024 - across;
        for (int32_t i = 0; i < p->channels; i++) {
          const int32_t sum = top[left + i] * (up * back) + bottom[left + i] * (down * back) +
                              top[right + i] * (up * across) + bottom[right + i] * (down * across);
          *output++ = (int8_t)((sum > 0 ? sum + 524288 : sum - 524288) / 1048576);
        }
      }
    }
  }
}

#endif
