/*
 * What fully-connected layers and convolutions have in common: the products of one vector with many, made int8.
 */
#ifndef SMG_DOT_PRODUCTS_H
#define SMG_DOT_PRODUCTS_H

#include "channel-sums.h"

struct smg_dot_products {
  int32_t depth;
  int32_t outputs; /* of a group of filters, if there are several */
  /*
   * Four outputs share each value of x, so the weights of each four lie interleaved, [outputs / 4][depth][4]. The
   * outputs that remain follow one by one, [outputs % 4][depth].
   */
  const int8_t *weights;
  struct smg_channels channels; /* [outputs]; the bias less the zero point of x times the sum of the weights */
};

/* x [depth] -> y [outputs]; the weights, bias and scale of its first element are those of output `first`. */
static void smg_dot_products(const struct smg_dot_products *p, int32_t first, const int8_t *x, int8_t *y) {
  const int8_t *weight = p->weights + first * p->depth;
  const int8_t *const end = x + p->depth;
  const int8_t *const even_end = x + (p->depth & ~(int32_t)1);
  const int32_t last = first + p->outputs;
  int32_t output = first;
  while (output < last) {
    uint32_t sums[4];
    int32_t count = 1;
    const int8_t *from = x;
    if (output + 4 <= last) {
      const int32_t *const bias = p->channels.bias + output;
      uint32_t sum0 = (uint32_t)bias[0];
      uint32_t sum1 = (uint32_t)bias[1];
      uint32_t sum2 = (uint32_t)bias[2];
      uint32_t sum3 = (uint32_t)bias[3];
      while (from != even_end) {
        int32_t value = *from++;
        sum0 += (uint32_t)(*weight++ * value);
        sum1 += (uint32_t)(*weight++ * value);
        sum2 += (uint32_t)(*weight++ * value);
        sum3 += (uint32_t)(*weight++ * value);
        SMG_KEEP_ORDER(sum0);
        SMG_KEEP_ORDER(sum1);
        SMG_KEEP_ORDER(sum2);
        SMG_KEEP_ORDER(sum3);
        value = *from++;
        sum0 += (uint32_t)(*weight++ * value);
        sum1 += (uint32_t)(*weight++ * value);
        sum2 += (uint32_t)(*weight++ * value);
        sum3 += (uint32_t)(*weight++ * value);
      }
      if (from != end) {
        const int32_t value = *from;
        sum0 += (uint32_t)(weight[0] * value);
        sum1 += (uint32_t)(weight[1] * value);
        sum2 += (uint32_t)(weight[2] * value);
        sum3 += (uint32_t)(weight[3] * value);
        weight += 4;
      }
      sums[0] = sum0;
      sums[1] = sum1;
      sums[2] = sum2;
      sums[3] = sum3;
      count = 4;
    } else {
      uint32_t sum = (uint32_t)p->channels.bias[output];
      while (from != end) { sum += (uint32_t)(*weight++ * *from++); }
      sums[0] = sum;
    }
    smg_store_channels(&p->channels, sums, output, count, y);
    output += count;
    y += count;
  }
}

#endif
