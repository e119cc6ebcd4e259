/* C twin of int16.ts. */
#ifndef SMG_TRANSPOSE_CONV_INT16_H
#define SMG_TRANSPOSE_CONV_INT16_H

#include "../wide-channels.h"
#include "transpose-conv.h"

struct smg_transpose_conv_int16 {
  struct smg_transpose_conv geometry;
  const int8_t *filter; /* [output_channels, filter_height, filter_width, input_channels] */
  struct smg_wide_channels channels;
};

static void smg_transpose_conv_int16(const struct smg_transpose_conv_int16 *params, const int16_t *input,
                                    int16_t *output) {
  const struct smg_transpose_conv *const p = &params->geometry;
  const int32_t depth = p->input_channels;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t out_y = 0; out_y < p->output_height; out_y++) {
      const int32_t filter_y = out_y + p->padding_top;
      const int32_t top = smg_first_reaching(filter_y, p->filter_height, p->stride_height);
      const int32_t bottom = smg_end_reaching(filter_y, p->stride_height, p->input_height);
      for (int32_t out_x = 0; out_x < p->output_width; out_x++) {
        const int32_t filter_x = out_x + p->padding_left;
        const int32_t left = smg_first_reaching(filter_x, p->filter_width, p->stride_width);
        const int32_t right = smg_end_reaching(filter_x, p->stride_width, p->input_width);
        for (int32_t channel = 0; channel < p->output_channels; channel++) {
          int64_t sum = params->channels.bias[channel];
          for (int32_t y = top; y < bottom; y++) {
            const int32_t row = channel * p->filter_height + filter_y - y * p->stride_height;
            for (int32_t x = left; x < right; x++) {
              const int8_t *weight = params->filter + (row * p->filter_width + filter_x - x * p->stride_width) * depth;
              const int16_t *cell = input + (y * p->input_width + x) * depth;
              for (int32_t i = 0; i < depth; i++) { sum += (int32_t)weight[i] * cell[i]; }
            }
          }
          *output++ = smg_stored_wide(&params->channels, sum, channel);
        }
      }
    }
    input += p->input_height * p->input_width * depth;
  }
}

#endif
