/* C twin of int8.ts for one output channel to each input channel, without dilation. */
#ifndef SMG_DEPTHWISE_CONV_2D_INT8_H
#define SMG_DEPTHWISE_CONV_2D_INT8_H

#include "../channel-sums.h"
#include "../window.h"

struct smg_depthwise_conv_2d_int8 {
  struct smg_window window;
  const int8_t *filter; /* [filter_height, filter_width, channels] */
  int32_t input_offset; /* less the zero point */
  struct smg_channels channels;
};

/* input [batches, height, width, channels] -> output [batches, height, width, channels] */
static void smg_depthwise_conv_2d_int8(const struct smg_depthwise_conv_2d_int8 *params, const int8_t *input,
                                       int8_t *output) {
  const struct smg_window *const w = &params->window;
  const int32_t depth = w->input_channels;
  const int32_t offset = params->input_offset;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      const int32_t y = out_y * w->stride_height - w->padding_top;
      const int32_t top = smg_first_inside(y);
      const int32_t rows = smg_end_inside(y, w->input_height, w->filter_height) - top;
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        const int32_t x = out_x * w->stride_width - w->padding_left;
        const int32_t left = smg_first_inside(x);
        const int32_t columns = smg_end_inside(x, w->input_width, w->filter_width) - left;
        const int8_t *from = input + ((y + top) * w->input_width + x + left) * depth;
        const int8_t *filter = params->filter + (top * w->filter_width + left) * depth;
        int32_t channel = 0;
        while (channel < depth) {
          const int8_t *cell = from;
          const int8_t *weight = filter;
          uint32_t sums[4];
          int32_t count = 1;
          if (channel + 4 <= depth) {
            const int32_t *const bias = params->channels.bias + channel;
            uint32_t sum0 = (uint32_t)bias[0];
            uint32_t sum1 = (uint32_t)bias[1];
            uint32_t sum2 = (uint32_t)bias[2];
            uint32_t sum3 = (uint32_t)bias[3];
            for (int32_t i = 0; i < rows; i++) {
              for (int32_t j = 0; j < columns; j++) {
                sum0 += (uint32_t)(weight[0] * (cell[0] + offset));
                sum1 += (uint32_t)(weight[1] * (cell[1] + offset));
                sum2 += (uint32_t)(weight[2] * (cell[2] + offset));
                sum3 += (uint32_t)(weight[3] * (cell[3] + offset));
                cell += depth;
                weight += depth;
              }
              cell += (w->input_width - columns) * depth;
              weight += (w->filter_width - columns) * depth;
            }
            sums[0] = sum0;
            sums[1] = sum1;
            sums[2] = sum2;
            sums[3] = sum3;
            count = 4;
          } else {
            uint32_t sum = (uint32_t)params->channels.bias[channel];
            for (int32_t i = 0; i < rows; i++) {
              for (int32_t j = 0; j < columns; j++) {
                sum += (uint32_t)(*weight * (*cell + offset));
                cell += depth;
                weight += depth;
              }
              cell += (w->input_width - columns) * depth;
              weight += (w->filter_width - columns) * depth;
            }
            sums[0] = sum;
          }
          smg_store_channels(&params->channels, sums, channel, count, output);
          channel += count;
          output += count;
          from += count;
          filter += count;
        }
      }
    }
    input += w->input_height * w->input_width * depth;
  }
}

#endif
