/* C twin of int8.ts: each window of the image, laid out in one piece, is multiplied with every filter. */
#ifndef SMG_CONV_2D_INT8_H
#define SMG_CONV_2D_INT8_H

#include <string.h>

#include "../dot-products.h"

struct smg_conv_2d_int8 {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t input_channels;
  int32_t output_height;
  int32_t output_width;
  int32_t filter_height;
  int32_t filter_width;
  int32_t filter_depth; /* input channels that a filter sees */
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t padding_top;
  int32_t padding_left;
  int32_t input_zero_point;
  int32_t in_place; /* 1 if a window lies in the image in one piece, always inside */
  int32_t groups;
  struct smg_dot_products products; /* of a group */
};

/* Copies what the filter sees at (top, left); outside the image everything is zero. */
static inline void smg_window_in_one_piece(const struct smg_conv_2d_int8 *p, const int8_t *image, int32_t top,
                                           int32_t left, int8_t *window) {
  for (int32_t y = 0; y < p->filter_height; y++) {
    const int32_t row = top + y * p->dilation_height;
    for (int32_t x = 0; x < p->filter_width; x++) {
      const int32_t column = left + x * p->dilation_width;
      if (row >= 0 && row < p->input_height && column >= 0 && column < p->input_width) {
        const int8_t *cell = image + (row * p->input_width + column) * p->input_channels;
        for (int32_t i = 0; i < p->filter_depth; i++) { *window++ = cell[i]; }
      } else {
        for (int32_t i = 0; i < p->filter_depth; i++) { *window++ = (int8_t)p->input_zero_point; }
      }
    }
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; window: a filter's bytes */
static void smg_conv_2d_int8(const struct smg_conv_2d_int8 *params, const int8_t *input, int8_t *output,
                             int8_t *window) {
  const struct smg_conv_2d_int8 *const p = params;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t y = 0; y < p->output_height; y++) {
      const int32_t top = y * p->stride_height - p->padding_top;
      for (int32_t x = 0; x < p->output_width; x++) {
        const int32_t left = x * p->stride_width - p->padding_left;
        for (int32_t group = 0; group < p->groups; group++) {
          if (p->in_place) {
            smg_dot_products(&p->products, 0, input + (top * p->input_width + left) * p->input_channels, output);
          } else {
            smg_window_in_one_piece(p, input + group * p->filter_depth, top, left, window);
            smg_dot_products(&p->products, group * p->products.outputs, window, output);
          }
          output += p->products.outputs;
        }
      }
    }
    input += p->input_height * p->input_width * p->input_channels;
  }
}

#endif
