/*
 * A transposed convolution of integers, which goes over the output and asks which input reaches each cell; C twin of
 * integers.ts.
 *
 * Made for SMG_KERNEL and elements SMG_ELEMENT, with sums of type SMG_SUM: of products SMG_PRODUCT(params, weight, value)
 * and the bias. What is stored of a channel's sum is SMG_STORED(channels, sum, channel). The struct has
 *
 *   struct smg_window window;    padding is that of the convolution from the output back to the input
 *   int32_t output_channels;
 *   const int8_t *filter;        [output_channels, filter_height, filter_width, input_channels]
 *   channels                     that have a bias each
 */
/* input [batches, height, width, channels] -> output [batches, height, width, channels] */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *input,
                                 SMG_ELEMENT *output) {
  const struct smg_window *const w = &params->window;
  const int32_t depth = w->input_channels;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      const int32_t filter_y = out_y + w->padding_top;
      const int32_t top = smg_first_reaching(filter_y, w->filter_height, w->stride_height);
      const int32_t bottom = smg_end_reaching(filter_y, w->stride_height, w->input_height);
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        const int32_t filter_x = out_x + w->padding_left;
        const int32_t left = smg_first_reaching(filter_x, w->filter_width, w->stride_width);
        const int32_t right = smg_end_reaching(filter_x, w->stride_width, w->input_width);
        for (int32_t channel = 0; channel < params->output_channels; channel++) {
          SMG_SUM sum = (SMG_SUM)params->channels.bias[channel];
          for (int32_t y = top; y < bottom; y++) {
            const int32_t row = channel * w->filter_height + filter_y - y * w->stride_height;
            for (int32_t x = left; x < right; x++) {
              const int8_t *weight = params->filter + (row * w->filter_width + filter_x - x * w->stride_width) * depth;
              const SMG_ELEMENT *cell = input + (y * w->input_width + x) * depth;
              for (int32_t i = 0; i < depth; i++) { sum += (SMG_SUM)SMG_PRODUCT(params, weight[i], cell[i]); }
            }
          }
          *output++ = SMG_STORED(&params->channels, sum, channel);
        }
      }
    }
    input += w->input_height * w->input_width * depth;
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
#undef SMG_SUM
#undef SMG_PRODUCT
#undef SMG_STORED
