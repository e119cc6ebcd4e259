/* C twin of int8.ts: each window of the image, laid out in one piece, is multiplied with every filter. */
#ifndef SMG_CONV_2D_INT8_H
#define SMG_CONV_2D_INT8_H

#include "../dot-products.h"
#include "../window.h"

struct smg_conv_2d_int8 {
  struct smg_window window;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t filter_depth; /* input channels that a filter sees */
  int32_t input_zero_point;
  int32_t run_cells; /* filter_width if the cells of a row lie side by side in the image, else 1 */
  int32_t in_place; /* 1 if a window lies in the image in one piece, always inside */
  int32_t groups;
  struct smg_dot_products products; /* of a group */
};

/* Copies what the filter sees at (top, left) of the image; outside of it everything is zero. */
static inline void smg_window_in_one_piece(const struct smg_conv_2d_int8 *p, const int8_t *image, int32_t top,
                                           int32_t left, int8_t *window) {
  const struct smg_window *const w = &p->window;
  const int8_t zero = (int8_t)p->input_zero_point;
  for (int32_t y = 0; y < w->filter_height; y++) {
    const int32_t row = top + y * p->dilation_height;
    const int is_inside = row >= 0 && row < w->input_height;
    for (int32_t x = 0; x < w->filter_width; x += p->run_cells) {
      /* Cells from `begin` to `end` of this run are inside, as elements. */
      const int32_t column = left + x * p->dilation_width;
      int32_t begin = column < 0 ? -column : 0;
      int32_t end = w->input_width - column;
      if (!is_inside || end < 0) { end = 0; }
      if (end > p->run_cells) { end = p->run_cells; }
      if (begin > end) { begin = end; }
      const int8_t *from = image + (row * w->input_width + column) * w->input_channels;
      int32_t i = 0;
      for (; i < begin * p->filter_depth; i++) { *window++ = zero; }
      for (; i < end * p->filter_depth; i++) { *window++ = from[i]; }
      for (; i < p->run_cells * p->filter_depth; i++) { *window++ = zero; }
    }
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; window: a filter's bytes */
static void smg_conv_2d_int8(const struct smg_conv_2d_int8 *params, const int8_t *input, int8_t *output,
                             int8_t *window) {
  const struct smg_conv_2d_int8 *const p = params;
  const struct smg_window *const w = &p->window;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t y = 0; y < w->output_height; y++) {
      const int32_t top = y * w->stride_height - w->padding_top;
      for (int32_t x = 0; x < w->output_width; x++) {
        const int32_t left = x * w->stride_width - w->padding_left;
        for (int32_t group = 0; group < p->groups; group++) {
          if (p->in_place) {
            smg_dot_products(&p->products, 0, input + (top * w->input_width + left) * w->input_channels, output);
          } else {
            smg_window_in_one_piece(p, input + group * p->filter_depth, top, left, window);
            smg_dot_products(&p->products, group * p->products.outputs, window, output);
          }
          output += p->products.outputs;
        }
      }
    }
    input += w->input_height * w->input_width * w->input_channels;
  }
}

#endif
