/*
 * depthwise_conv_2d_int8 of four channels at a time; packed by int8-dsp.ts.
 *
 * Channels 0 and 2 of a word are sign-extended to halfwords. 1 and 3 stay where they are, at the top of theirs, once the
 * other bytes are 0: their sums are 256 times as large.
 */
#ifndef SMG_DEPTHWISE_CONV_2D_INT8_DSP_H
#define SMG_DEPTHWISE_CONV_2D_INT8_DSP_H

#include "../dsp.h"

struct smg_depthwise_conv_2d_int8_dsp {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t channels; /* a multiple of 4, one output to each input */
  int32_t output_height;
  int32_t output_width;
  int32_t filter_height;
  int32_t filter_width;
  int32_t stride_height;
  int32_t stride_width;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t padding_top;
  int32_t padding_left;
  const int8_t *padding; /* [channels], the input's zero point */
  const int32_t *weights; /* [channels / 4][filter_height][filter_width], a byte for each channel */
  struct smg_dsp_requantization requantization;
};

/* Four channels of a cell of the output. */
static inline void smg_dsp_convolve_cells(const struct smg_depthwise_conv_2d_int8_dsp *p, const int8_t *const *cells,
                                          int32_t channel, int8_t *output) {
  const struct smg_dsp_requantization *const r = &p->requantization;
  const int32_t filter_size = p->filter_height * p->filter_width;
  const int32_t *weights = p->weights + (channel >> 2) * filter_size;
  const int32_t *const end = weights + filter_size;
  const int32_t zero_point = r->twice_zero_point_plus_1;
  const int32_t *const bias = r->twice_bias + channel;
  const int32_t *const multiplier = r->multiplier + channel;
  const int8_t *const shift = r->shift + channel;
  int32_t sum0 = 0;
  int32_t sum1 = 0;
  int32_t sum2 = 0;
  int32_t sum3 = 0;
  int8_t y0;
  int8_t y1;
  int8_t y2;
  int8_t y3;
  do {
    const int32_t word = smg_dsp_load(*cells++ + channel);
    const int32_t even = __sxtb16(word);
    const int32_t odd = (int32_t)((uint32_t)word & 0xff00ff00u);
    const int32_t even_weights = __sxtb16(*weights);
    const int32_t odd_weights = __sxtb16((int32_t)((uint32_t)*weights >> 8));
    sum0 = __smlabb(even, even_weights, sum0);
    sum1 = __smlabb(odd, odd_weights, sum1);
    sum2 = __smlatt(even, even_weights, sum2);
    sum3 = __smlatt(odd, odd_weights, sum3);
  } while (++weights != end);
  y0 = smg_dsp_requantize(bias[0] + 2 * sum0, multiplier[0], shift[0], zero_point);
  y1 = smg_dsp_requantize(bias[1] + (sum1 >> 7), multiplier[1], shift[1], zero_point);
  y2 = smg_dsp_requantize(bias[2] + 2 * sum2, multiplier[2], shift[2], zero_point);
  y3 = smg_dsp_requantize(bias[3] + (sum3 >> 7), multiplier[3], shift[3], zero_point);
  output[0] = y0;
  output[1] = y1;
  output[2] = y2;
  output[3] = y3;
}

/* Where the cells are that the filter sees at (y, x). */
static inline void smg_dsp_find_cells(const struct smg_depthwise_conv_2d_int8_dsp *p, const int8_t *image, int32_t y,
                                      int32_t x, const int8_t **cells) {
  const int32_t bottom = y + p->filter_height * p->dilation_height;
  const int32_t right = x + p->filter_width * p->dilation_width;
  for (int32_t row = y; row < bottom; row += p->dilation_height) {
    const int8_t *const line = image + row * p->input_width * p->channels;
    for (int32_t column = x; column < right; column += p->dilation_width) {
      const int32_t is_inside = row >= 0 && row < p->input_height && column >= 0 && column < p->input_width;
      *cells++ = is_inside ? line + column * p->channels : p->padding;
    }
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; scratch: a pointer for each
 * cell of the filter */
static void smg_depthwise_conv_2d_int8_dsp(const struct smg_depthwise_conv_2d_int8_dsp *params, const int8_t *input,
                                           int8_t *output, void *scratch) {
  const struct smg_depthwise_conv_2d_int8_dsp *const p = params;
  const int8_t **const cells = (const int8_t **)scratch;
  int8_t *const begin = output;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t out_y = 0; out_y < p->output_height; out_y++) {
      for (int32_t out_x = 0; out_x < p->output_width; out_x++) {
        smg_dsp_find_cells(p, input, out_y * p->stride_height - p->padding_top,
                           out_x * p->stride_width - p->padding_left, cells);
        for (int32_t channel = 0; channel < p->channels; channel += 4) {
          smg_dsp_convolve_cells(p, cells, channel, output);
          output += 4;
        }
      }
    }
    input += p->input_height * p->input_width * p->channels;
  }
  smg_dsp_limit(&p->requantization, begin, (int32_t)(output - begin));
}

#endif
