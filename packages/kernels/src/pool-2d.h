/*
 * A pool that slides over an image, a channel at a time; C twin of forEachWindow in window.ts, with a pool's row.
 *
 * Made for SMG_KERNEL and elements SMG_ELEMENT. Of a window's cells a value is made, which begins as SMG_START(params),
 * is changed by SMG_ADD(value, cell) with each, and of `count` cells becomes SMG_POOLED(params, value, count).
 */
struct SMG_NAME(SMG_KERNEL) {
  struct smg_window window;
  int32_t activation_min;
  int32_t activation_max;
};

/* input [batches, height, width, channels] -> output [batches, height, width, channels] */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *input,
                                 SMG_ELEMENT *output) {
  const struct smg_window *const w = &params->window;
  const int32_t row_size = w->input_width * w->input_channels;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      const int32_t y = out_y * w->stride_height - w->padding_top;
      const int32_t top = smg_first_inside(y);
      const int32_t rows = smg_end_inside(y, w->input_height, w->filter_height) - top;
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        const int32_t x = out_x * w->stride_width - w->padding_left;
        const int32_t left = smg_first_inside(x);
        const int32_t columns = smg_end_inside(x, w->input_width, w->filter_width) - left;
        const int32_t count = rows * columns;
        const SMG_ELEMENT *from = input + (y + top) * row_size + (x + left) * w->input_channels;
        for (int32_t channel = 0; channel < w->input_channels; channel++) {
          const SMG_ELEMENT *row = from++;
          int32_t value = SMG_START(params);
          for (int32_t i = 0; i < rows; i++) {
            const SMG_ELEMENT *cell = row;
            for (int32_t j = 0; j < columns; j++) {
              SMG_ADD(value, *cell);
              cell += w->input_channels;
            }
            row += row_size;
          }
          *output++ = (SMG_ELEMENT)SMG_POOLED(params, value, count);
        }
      }
    }
    input += w->input_height * row_size;
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
#undef SMG_START
#undef SMG_ADD
#undef SMG_POOLED
