/*
 * conv_2d_int8 with sixteen products an instruction; packed by int8-mve.ts.
 *
 * What the filter sees at one place is laid out as a row of bytes, and then all output channels are computed from it. A
 * filter of a single cell reads the image itself.
 */
#ifndef SMG_CONV_2D_INT8_MVE_H
#define SMG_CONV_2D_INT8_MVE_H

#include "../mve-products.h"
#include "../window.h"

struct smg_conv_2d_int8_mve {
  struct smg_window window;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t input_zero_point;
  struct smg_mve_products products;
};

/* Rows are short: most are a single vector. */
static inline void smg_mve_copy(int8_t *to, const int8_t *from, int32_t count) {
  for (; count > 0; count -= 16) {
    const mve_pred16_t lanes = vctp8q((uint32_t)count);
    vstrbq_p_s8(to, vldrbq_z_s8(from, lanes), lanes);
    to += 16;
    from += 16;
  }
}

static inline void smg_mve_fill(int8_t *to, int32_t value, int32_t count) {
  for (; count > 0; count -= 16) {
    vstrbq_p_s8(to, vdupq_n_s8((int8_t)value), vctp8q((uint32_t)count));
    to += 16;
  }
}

/* What the filter sees at (y, x): [filter_height, filter_width, channels] */
static inline void smg_mve_fill_patch(const struct smg_conv_2d_int8_mve *p, const int8_t *image, int32_t y, int32_t x,
                                      int8_t *patch) {
  const struct smg_window *const w = &p->window;
  const int32_t channels = w->input_channels;
  const int32_t image_row_bytes = w->input_width * channels;
  const int32_t row_bytes = w->filter_width * channels;
  const int32_t is_run = p->dilation_width == 1 && x >= 0 && x + w->filter_width <= w->input_width;
  int32_t row_start = y * image_row_bytes;
  for (int8_t *const end = patch + w->filter_height * row_bytes; patch != end; patch += row_bytes) {
    /* As an unsigned number, what lies before the image is large. */
    if ((uint32_t)y >= (uint32_t)w->input_height) {
      smg_mve_fill(patch, p->input_zero_point, row_bytes);
    } else if (is_run) {
      smg_mve_copy(patch, image + row_start + x * channels, row_bytes);
    } else {
      int32_t column = x;
      for (int32_t start = 0; start < row_bytes; start += channels) {
        if ((uint32_t)column < (uint32_t)w->input_width) {
          smg_mve_copy(patch + start, image + row_start + column * channels, channels);
        } else {
          smg_mve_fill(patch + start, p->input_zero_point, channels);
        }
        column += p->dilation_width;
      }
    }
    y += p->dilation_height;
    row_start += p->dilation_height * image_row_bytes;
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; scratch: a patch, or null for
 * a filter of a single cell */
static void smg_conv_2d_int8_mve(const struct smg_conv_2d_int8_mve *params, const int8_t *input, int8_t *output,
                                 void *scratch) {
  const struct smg_conv_2d_int8_mve *const p = params;
  const struct smg_window *const w = &p->window;
  int8_t *const patch = (int8_t *)scratch;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      const int32_t y = out_y * w->stride_height - w->padding_top;
      int32_t x = -w->padding_left;
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        const int8_t *seen = patch;
        if (patch == 0) {
          seen = input + (y * w->input_width + x) * w->input_channels;
        } else {
          smg_mve_fill_patch(p, input, y, x, patch);
        }
        smg_mve_multiply(&p->products, seen, output);
        output += p->products.outputs;
        x += w->stride_width;
      }
    }
    input += w->input_height * w->input_width * w->input_channels;
  }
}

#endif
