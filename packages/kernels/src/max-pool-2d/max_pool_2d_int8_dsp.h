/* max_pool_2d_int8 of four channels at a time. */
#ifndef SMG_MAX_POOL_2D_INT8_DSP_H
#define SMG_MAX_POOL_2D_INT8_DSP_H

#include "../dsp.h"
#include "../window.h"

struct smg_max_pool_2d_int8_dsp {
  struct smg_window window; /* channels are a multiple of 4 */
  int32_t activation_min; /* in each byte */
  int32_t activation_max; /* in each byte */
};

/* input [batches, height, width, channels] -> output [batches, height, width, channels] */
static void smg_max_pool_2d_int8_dsp(const struct smg_max_pool_2d_int8_dsp *params, const int8_t *input,
                                     int8_t *output) {
  const struct smg_window *const w = &params->window;
  const int32_t channels = w->input_channels;
  const int32_t row_size = w->input_width * channels;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      const int32_t y = out_y * w->stride_height - w->padding_top;
      const int32_t top = smg_first_inside(y);
      const int32_t rows = smg_end_inside(y, w->input_height, w->filter_height) - top;
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        const int32_t x = out_x * w->stride_width - w->padding_left;
        const int32_t left = smg_first_inside(x);
        const int32_t columns = smg_end_inside(x, w->input_width, w->filter_width) - left;
        const int8_t *from = input + (y + top) * row_size + (x + left) * channels;
        for (const int8_t *const end = from + channels; from != end; from += 4) {
          const int8_t *row = from;
          int32_t largest = params->activation_min;
          for (int32_t i = 0; i < rows; i++) {
            const int8_t *cell = row;
            for (int32_t j = 0; j < columns; j++) {
              largest = smg_dsp_max(largest, smg_dsp_load(cell));
              cell += channels;
            }
            row += row_size;
          }
          largest = smg_dsp_min(largest, params->activation_max);
          memcpy(output, &largest, 4);
          output += 4;
        }
      }
    }
    input += w->input_height * row_size;
  }
}

#endif
