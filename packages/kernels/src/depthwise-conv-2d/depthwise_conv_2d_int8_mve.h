/* depthwise_conv_2d_int8 of eight channels at a time; packed by int8-mve.ts. */
#ifndef SMG_DEPTHWISE_CONV_2D_INT8_MVE_H
#define SMG_DEPTHWISE_CONV_2D_INT8_MVE_H

#include "../mve.h"
#include "../window.h"

struct smg_depthwise_conv_2d_int8_mve {
  struct smg_window window; /* one output channel to each input channel */
  int32_t dilation_height;
  int32_t dilation_width;
  const int8_t *padding; /* [channels], the input's zero point */
  const int8_t *weights; /* [filter_height, filter_width, channels] */
  /* Of each eight channels the even ones come first, and then the odd ones: so the instructions leave them. The last
   * eight are complete. */
  struct smg_mve_requantization requantization;
};

/* Sums of eight channels over what the filter sees, or of those of them that `lanes` has unless all are there. */
static inline void smg_mve_add_cells(const int8_t *const *cells, const int8_t *const *end, const int8_t *weights,
                                     int32_t first, int32_t channels, mve_pred16_t lanes, int32_t are_all_there,
                                     int32x4_t *even, int32x4_t *odd) {
  weights += first;
  do {
    const int8_t *const cell = *cells + first;
    const int16x8_t x = are_all_there ? vldrbq_s16(cell) : vldrbq_z_s16(cell, lanes);
    const int16x8_t w = are_all_there ? vldrbq_s16(weights) : vldrbq_z_s16(weights, lanes);
    *even = vaddq_s32(*even, vmullbq_int_s16(x, w));
    *odd = vaddq_s32(*odd, vmulltq_int_s16(x, w));
    weights += channels;
  } while (++cells != end);
}

/* All channels of a cell of the output, of which the filter sees these cells of the input. */
static SMG_MVE_NOINLINE void smg_mve_convolve_cells(const struct smg_depthwise_conv_2d_int8_mve *p,
                                                    const int8_t *const *cells, int8_t *output) {
  const struct smg_window *const w = &p->window;
  const struct smg_mve_requantization *const r = &p->requantization;
  const struct smg_mve_limits limits = smg_mve_load_limits(r);
  const int8_t *const *const end = cells + w->filter_height * w->filter_width;
  const int32_t channels = w->input_channels;
  const int32_t *bias = r->bias;
  const int32_t *multiplier = r->multiplier;
  const int8_t *shift = r->shift;
  for (int32_t first = 0; first < channels; first += 8) {
    const int32_t are_all_there = channels - first >= 8;
    const mve_pred16_t lanes = vctp16q((uint32_t)(channels - first));
    int32x4_t even = vldrwq_s32(bias);
    int32x4_t odd = vldrwq_s32(bias + 4);
    int16x8_t outputs = vdupq_n_s16(0);
    if (are_all_there) {
      smg_mve_add_cells(cells, end, p->weights, first, channels, lanes, 1, &even, &odd);
    } else {
      smg_mve_add_cells(cells, end, p->weights, first, channels, lanes, 0, &even, &odd);
    }
    outputs = vmovnbq_s32(outputs, smg_mve_finish(even, multiplier, shift, limits));
    multiplier += r->scale_step;
    shift += r->scale_step;
    outputs = vmovntq_s32(outputs, smg_mve_finish(odd, multiplier, shift, limits));
    multiplier += r->scale_step;
    shift += r->scale_step;
    bias += 8;
    vstrbq_p_s16(output + first, outputs, lanes);
  }
}

/* Where the cells are that the filter sees at (y, x). As an unsigned number, what lies before the image is large. */
static inline void smg_mve_find_cells(const struct smg_depthwise_conv_2d_int8_mve *p, const int8_t *image, int32_t y,
                                      int32_t x, const int8_t **cells) {
  const struct smg_window *const w = &p->window;
  const int32_t step = p->dilation_width * w->input_channels;
  for (int32_t row = w->filter_height; row > 0; row--) {
    const uint32_t width = (uint32_t)y < (uint32_t)w->input_height ? (uint32_t)w->input_width : 0;
    const int32_t start = (y * w->input_width + x) * w->input_channels;
    const int8_t **const end = cells + w->filter_width;
    uint32_t column = (uint32_t)x;
    int32_t offset = 0;
    do {
      *cells++ = column < width ? image + start + offset : p->padding;
      offset += step;
      column += (uint32_t)p->dilation_width;
    } while (cells != end);
    y += p->dilation_height;
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; scratch: a pointer for each
 * cell of the filter */
static void smg_depthwise_conv_2d_int8_mve(const struct smg_depthwise_conv_2d_int8_mve *params, const int8_t *input,
                                           int8_t *output, void *scratch) {
  const struct smg_depthwise_conv_2d_int8_mve *const p = params;
  const struct smg_window *const w = &p->window;
  const int8_t **const cells = (const int8_t **)scratch;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        smg_mve_find_cells(p, input, out_y * w->stride_height - w->padding_top,
                           out_x * w->stride_width - w->padding_left, cells);
        smg_mve_convolve_cells(p, cells, output);
        output += w->input_channels;
      }
    }
    input += w->input_height * w->input_width * w->input_channels;
  }
}

#endif
