/*
 * depthwise_conv_2d_int8 of four channels at a time; packed by int8-dsp.ts.
 *
 * Channels 0 and 2 of a word are sign-extended to halfwords. 1 and 3 stay where they are, at the top of theirs, once the
 * other bytes are 0: their sums are 256 times as large.
 */
#ifndef SMG_DEPTHWISE_CONV_2D_INT8_DSP_H
#define SMG_DEPTHWISE_CONV_2D_INT8_DSP_H

#include "../dsp.h"
#include "../window.h"

struct smg_depthwise_conv_2d_int8_dsp {
  struct smg_window window; /* channels are a multiple of 4, one output to each input */
  int32_t dilation_height;
  int32_t dilation_width;
  const int8_t *padding; /* [channels], the input's zero point */
  const int32_t *weights; /* [channels / 4][filter_height][filter_width], a byte for each channel */
  struct smg_dsp_requantization requantization;
};

/* All channels of a cell of the output, of which the filter sees these cells of the input. */
static inline void smg_dsp_convolve_cells(const struct smg_depthwise_conv_2d_int8_dsp *p, const int8_t *const *cells,
                                          int8_t *output) {
  const struct smg_window *const w = &p->window;
  const struct smg_dsp_requantization *const r = &p->requantization;
  const int32_t filter_size = w->filter_height * w->filter_width;
  const int32_t channels = w->input_channels;
  const int32_t *weights = p->weights;
  const int32_t *bias = r->twice_bias;
  const int32_t *multiplier = r->multiplier;
  const int8_t *shift = r->shift;
  const int32_t zero_point = r->twice_zero_point_plus_1;
  for (int32_t channel = 0; channel < channels; channel += 4) {
    const int32_t *const end = weights + filter_size;
    const int8_t *const *cell = cells;
    int32_t sum0 = 0;
    int32_t sum1 = 0;
    int32_t sum2 = 0;
    int32_t sum3 = 0;
    do {
      const int32_t word = smg_dsp_load(*cell++ + channel);
      const int32_t even = __sxtb16(word);
      const int32_t odd = (int32_t)((uint32_t)word & 0xff00ff00u);
      const int32_t even_weights = __sxtb16(*weights);
      const int32_t odd_weights = __sxtb16((int32_t)((uint32_t)*weights >> 8));
      sum0 = __smlabb(even, even_weights, sum0);
      sum1 = __smlabb(odd, odd_weights, sum1);
      sum2 = __smlatt(even, even_weights, sum2);
      sum3 = __smlatt(odd, odd_weights, sum3);
    } while (++weights != end);
    *output++ = smg_dsp_requantize(*bias++ + 2 * sum0, *multiplier++, *shift++, zero_point);
    *output++ = smg_dsp_requantize(*bias++ + (sum1 >> 7), *multiplier++, *shift++, zero_point);
    *output++ = smg_dsp_requantize(*bias++ + 2 * sum2, *multiplier++, *shift++, zero_point);
    *output++ = smg_dsp_requantize(*bias++ + (sum3 >> 7), *multiplier++, *shift++, zero_point);
  }
}

/* Where the cells are that the filter sees at (y, x). As an unsigned number, what lies before the image is large. */
static inline void smg_dsp_find_cells(const struct smg_depthwise_conv_2d_int8_dsp *p, const int8_t *image, int32_t y,
                                      int32_t x, const int8_t **cells) {
  const struct smg_window *const w = &p->window;
  const int32_t step = p->dilation_width * w->input_channels;
  for (int32_t row = w->filter_height; row > 0; row--) {
    const uint32_t width = (uint32_t)y < (uint32_t)w->input_height ? (uint32_t)w->input_width : 0;
    const int8_t *cell = image + (y * w->input_width + x) * w->input_channels;
    uint32_t column = (uint32_t)x;
    const int8_t **const end = cells + w->filter_width;
    do {
      *cells++ = column < width ? cell : p->padding;
      cell += step;
      column += (uint32_t)p->dilation_width;
    } while (cells != end);
    y += p->dilation_height;
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; scratch: a pointer for each
 * cell of the filter */
static void smg_depthwise_conv_2d_int8_dsp(const struct smg_depthwise_conv_2d_int8_dsp *params, const int8_t *input,
                                           int8_t *output, void *scratch) {
  const struct smg_depthwise_conv_2d_int8_dsp *const p = params;
  const struct smg_window *const w = &p->window;
  const int8_t **const cells = (const int8_t **)scratch;
  int8_t *const begin = output;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        smg_dsp_find_cells(p, input, out_y * w->stride_height - w->padding_top,
                           out_x * w->stride_width - w->padding_left, cells);
        smg_dsp_convolve_cells(p, cells, output);
        output += w->input_channels;
      }
    }
    input += w->input_height * w->input_width * w->input_channels;
  }
  smg_dsp_limit(&p->requantization, begin, (int32_t)(output - begin));
}

#endif
