/*
 * conv_2d_int8 with two products an instruction; packed by int8-dsp.ts.
 *
 * What the filter sees at two places is laid out as halfwords, and then all output channels are computed from it, two at
 * a time. A halfword of weights has those of two channels, 256 b + a: products with it sum up to 256 B + A, and those
 * with its low byte to A.
 */
#ifndef SMG_CONV_2D_INT8_DSP_H
#define SMG_CONV_2D_INT8_DSP_H

#include "../dsp.h"
#include "../window.h"

struct smg_conv_2d_int8_dsp {
  struct smg_window window;
  int32_t dilation_height;
  int32_t dilation_width;
  int32_t output_channels;
  int32_t input_zero_point;
  int32_t row_words; /* of a filter's row, filter_width * input_channels / 4 rounded up */
  /* Weights of four cells of a row, the first and third and the second and fourth in a word:
   * [output_channels / 4 rounded up][filter_height][row_words][2][2] */
  const int32_t *weights;
  struct smg_dsp_requantization requantization;
};

/* A filter's row at (y, x) that is partly outside, or whose cells do not touch: [row_words * 4] */
static void smg_dsp_gather_row(const struct smg_conv_2d_int8_dsp *p, const int8_t *image, int32_t y, int32_t x,
                               int8_t *row) {
  const struct smg_window *const w = &p->window;
  memset(row, p->input_zero_point, (size_t)p->row_words * 4);
  if (y < 0 || y >= w->input_height) { return; }
  for (int32_t column = 0; column < w->filter_width; column++) {
    if (x >= 0 && x < w->input_width) {
      const int8_t *const cell = image + (y * w->input_width + x) * w->input_channels;
      for (int32_t i = 0; i < w->input_channels; i++) { row[i] = cell[i]; }
    }
    x += p->dilation_width;
    row += w->input_channels;
  }
}

/* What the filter sees at (y, x): of each four elements of a row the first and third, and two words further on the
 * second and fourth. Two patches lie interleaved. */
static void smg_dsp_fill_patch(const struct smg_conv_2d_int8_dsp *p, const int8_t *image, int32_t y, int32_t x,
                               int32_t *patch, int8_t *row) {
  const struct smg_window *const w = &p->window;
  const int32_t row_bytes = p->row_words * 4;
  const int32_t image_bytes = w->input_height * w->input_width * w->input_channels;
  const int32_t is_run = p->dilation_width == 1 && x >= 0 && x + w->filter_width <= w->input_width;
  for (int32_t filter_row = 0; filter_row < w->filter_height; filter_row++) {
    const int32_t start = (y * w->input_width + x) * w->input_channels;
    const int8_t *from = image + start;
    /* Weights behind a row are 0, so what is read there does not matter, if only it is in the image. */
    if (!is_run || start < 0 || start + row_bytes > image_bytes) {
      smg_dsp_gather_row(p, image, y, x, row);
      from = row;
    }
    for (const int8_t *const end = from + row_bytes; from != end; from += 4) {
      const int32_t word = smg_dsp_load(from);
      patch[0] = __sxtb16(word);
      patch[2] = __sxtb16((int32_t)((uint32_t)word >> 8));
      patch += 4;
    }
    y += p->dilation_height;
  }
}

/* Sums of products of two patches with four output channels, times 2: [channel][patch]. A function of its own, because
 * it needs all registers. */
static SMG_DSP_NOINLINE void smg_dsp_four_by_two(const int32_t *weights, const int32_t *end, const int32_t *x,
                                                 int32_t *twice) {
  int32_t low00 = 0;
  int32_t low01 = 0;
  int32_t low20 = 0;
  int32_t low21 = 0;
  int32_t both00 = 0;
  int32_t both01 = 0;
  int32_t both20 = 0;
  int32_t both21 = 0;
  do {
    int32_t x0 = x[0];
    int32_t x1 = x[1];
    int32_t word = weights[0];
    both00 = __smlad(word, x0, both00);
    both01 = __smlad(word, x1, both01);
    word = __sxtb16(word);
    low00 = __smlad(word, x0, low00);
    low01 = __smlad(word, x1, low01);
    word = weights[1];
    both20 = __smlad(word, x0, both20);
    both21 = __smlad(word, x1, both21);
    word = __sxtb16(word);
    low20 = __smlad(word, x0, low20);
    low21 = __smlad(word, x1, low21);
    x0 = x[2];
    x1 = x[3];
    word = weights[2];
    both00 = __smlad(word, x0, both00);
    both01 = __smlad(word, x1, both01);
    word = __sxtb16(word);
    low00 = __smlad(word, x0, low00);
    low01 = __smlad(word, x1, low01);
    word = weights[3];
    both20 = __smlad(word, x0, both20);
    both21 = __smlad(word, x1, both21);
    word = __sxtb16(word);
    low20 = __smlad(word, x0, low20);
    low21 = __smlad(word, x1, low21);
    weights += 4;
    x += 4;
  } while (weights != end);
  twice[0] = 2 * low00;
  twice[1] = 2 * low01;
  twice[2] = smg_subtract(both00, low00) >> 7;
  twice[3] = smg_subtract(both01, low01) >> 7;
  twice[4] = 2 * low20;
  twice[5] = 2 * low21;
  twice[6] = smg_subtract(both20, low20) >> 7;
  twice[7] = smg_subtract(both21, low21) >> 7;
}

/* All channels of two cells of the output. */
static void smg_dsp_convolve_patches(const struct smg_conv_2d_int8_dsp *p, const int32_t *patches, int8_t *output0,
                                     int8_t *output1) {
  const struct smg_window *const w = &p->window;
  const struct smg_dsp_requantization *const r = &p->requantization;
  const int32_t words = w->filter_height * p->row_words * 4;
  const int32_t *weights = p->weights;
  const int32_t *bias = r->twice_bias;
  const int32_t *multiplier = r->multiplier;
  const int8_t *shift = r->shift;
  const int32_t zero_point = r->twice_zero_point_plus_1;
  for (int32_t left = p->output_channels; left > 0; left -= 4) {
    int32_t twice[8];
    const int32_t *sums = twice;
    int32_t count = left < 4 ? left : 4;
    smg_dsp_four_by_two(weights, weights + words, patches, twice);
    weights += words;
    do {
      const int32_t scale = *multiplier++;
      const int32_t right = *shift++;
      const int32_t twice_bias = *bias++;
      const int8_t y0 = smg_dsp_requantize(twice_bias + sums[0], scale, right, zero_point);
      const int8_t y1 = smg_dsp_requantize(twice_bias + sums[1], scale, right, zero_point);
      *output0++ = y0;
      *output1++ = y1;
      sums += 2;
    } while (--count > 0);
  }
}

/* input [batches, height, width, channels] -> output [batches, height, width, channels]; scratch: two patches of
 * halfwords and a row of bytes */
static void smg_conv_2d_int8_dsp(const struct smg_conv_2d_int8_dsp *params, const int8_t *input, int8_t *output,
                                 void *scratch) {
  const struct smg_conv_2d_int8_dsp *const p = params;
  const struct smg_window *const w = &p->window;
  const int32_t channels = p->output_channels;
  int32_t *const patches = (int32_t *)scratch;
  int8_t *const row = (int8_t *)(patches + w->filter_height * p->row_words * 4);
  int8_t *const begin = output;
  int32_t cells = w->batches * w->output_height * w->output_width;
  int32_t is_second = 0;
  for (int32_t batch = 0; batch < w->batches; batch++) {
    int32_t y = -w->padding_top;
    for (int32_t out_y = 0; out_y < w->output_height; out_y++) {
      int32_t x = -w->padding_left;
      for (int32_t out_x = 0; out_x < w->output_width; out_x++) {
        smg_dsp_fill_patch(p, input, y, x, patches + is_second, row);
        cells--;
        if (is_second) {
          smg_dsp_convolve_patches(p, patches, output - channels, output);
        } else if (cells == 0) {
          /* The last of an odd number is both. */
          smg_dsp_fill_patch(p, input, y, x, patches + 1, row);
          smg_dsp_convolve_patches(p, patches, output, output);
        }
        is_second = !is_second;
        output += channels;
        x += w->stride_width;
      }
      y += w->stride_height;
    }
    input += w->input_height * w->input_width * w->input_channels;
  }
  smg_dsp_limit(&p->requantization, begin, (int32_t)(output - begin));
}

#endif
