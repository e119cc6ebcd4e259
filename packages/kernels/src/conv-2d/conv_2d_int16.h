/* C twin of int16.ts, also for depthwise convolutions: those have a group for each input channel. */
#ifndef SMG_CONV_2D_INT16_H
#define SMG_CONV_2D_INT16_H

#include "../wide-channels.h"
#include "../window.h"

struct smg_conv_2d_int16 {
  struct smg_window window;
  int32_t output_channels;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t filter_depth; /* input channels that a filter sees */
  int32_t channels_per_group; /* output channels that see the same input channels */
  const int8_t *filter; /* [output_channels, filter_height, filter_width, filter_depth] */
  struct smg_wide_channels channels;
};

/* The sum of products of a filter with what it sees at (top, left) of the image; outside of it everything is 0. */
static inline int64_t smg_wide_window_sum(const struct smg_conv_2d_int16 *p, const int16_t *image, int32_t top,
                                          int32_t left, const int8_t *weight) {
  const struct smg_window *const w = &p->window;
  int64_t sum = 0;
  for (int32_t y = 0; y < w->filter_height; y++) {
    const int32_t row = top + y * p->dilation_height;
    for (int32_t x = 0; x < w->filter_width; x++) {
      const int32_t column = left + x * p->dilation_width;
      if (row >= 0 && row < w->input_height && column >= 0 && column < w->input_width) {
        const int16_t *const cell = image + (row * w->input_width + column) * w->input_channels;
        for (int32_t i = 0; i < p->filter_depth; i++) { sum += (int32_t)weight[i] * cell[i]; }
      }
      weight += p->filter_depth;
    }
  }
  return sum;
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels] */
static void smg_conv_2d_int16(const struct smg_conv_2d_int16 *params, const int16_t *input, int16_t *output) {
  const struct smg_conv_2d_int16 *const p = params;
  const struct smg_window *const w = &p->window;
  const int32_t filter_size = w->filter_height * w->filter_width * p->filter_depth;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t y = 0; y < w->output_height; y++) {
      const int32_t top = y * w->stride_height - w->padding_top;
      for (int32_t x = 0; x < w->output_width; x++) {
        const int32_t left = x * w->stride_width - w->padding_left;
        int32_t first = 0; /* of the input channels that a group sees */
        int32_t of_group = 0;
        for (int32_t channel = 0; channel < p->output_channels; channel++) {
          const int64_t sum =
              smg_wide_window_sum(p, input + first, top, left, p->filter + channel * filter_size);
          *output++ = smg_stored_wide(&p->channels, p->channels.bias[channel] + sum, channel);
          of_group++;
          if (of_group == p->channels_per_group) {
            of_group = 0;
            first += p->filter_depth;
          }
        }
      }
    }
    input += w->input_height * w->input_width * w->input_channels;
  }
}

#endif
