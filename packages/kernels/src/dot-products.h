/*
 * What fully-connected layers and convolutions have in common: the products of one vector with many, made int8.
 */
#ifndef SMG_DOT_PRODUCTS_H
#define SMG_DOT_PRODUCTS_H

#include "fixed-point.h"

struct smg_dot_products {
  int32_t depth;
  int32_t outputs; /* of a group of filters, if there are several */
  /* Four outputs share each value of x, so the weights of each four lie interleaved, [outputs / 4][depth][4]. The
   * outputs that remain follow one by one, [outputs % 4][depth]. */
  const int8_t *weights;
  const int32_t *bias; /* [outputs] less the zero point of x times the sum of the weights */
  const int32_t *multiplier; /* [outputs], or [1] */
  const int8_t *shift; /* [outputs], or [1] */
  int32_t scale_step; /* 1 if each output has a scale of its own, else 0 */
  int32_t output_zero_point;
  int32_t activation_min;
  int32_t activation_max;
};

static inline int8_t smg_requantized(const struct smg_dot_products *p, uint32_t sum, int32_t output) {
  const int32_t scale = output * p->scale_step;
  const int32_t scaled = smg_scale((int32_t)sum, p->multiplier[scale], p->shift[scale]);
  return (int8_t)smg_clamp(scaled + p->output_zero_point, p->activation_min, p->activation_max);
}

/* x [depth] -> y [outputs]; the weights, bias and scale of its first element are those of output `first`. */
static void smg_dot_products(const struct smg_dot_products *p, int32_t first, const int8_t *x, int8_t *y) {
  const int8_t *weight = p->weights + first * p->depth;
  const int8_t *const end = x + p->depth;
  const int32_t outputs = first + p->outputs;
  int32_t output = first;
  for (; output + 4 <= outputs; output += 4) {
    uint32_t sum0 = (uint32_t)p->bias[output];
    uint32_t sum1 = (uint32_t)p->bias[output + 1];
    uint32_t sum2 = (uint32_t)p->bias[output + 2];
    uint32_t sum3 = (uint32_t)p->bias[output + 3];
    const int8_t *from = x;
    do {
      const int32_t value = *from++;
      sum0 += (uint32_t)(weight[0] * value);
      sum1 += (uint32_t)(weight[1] * value);
      sum2 += (uint32_t)(weight[2] * value);
      sum3 += (uint32_t)(weight[3] * value);
      weight += 4;
    } while (from != end);
    *y++ = smg_requantized(p, sum0, output);
    *y++ = smg_requantized(p, sum1, output + 1);
    *y++ = smg_requantized(p, sum2, output + 2);
    *y++ = smg_requantized(p, sum3, output + 3);
  }
  for (; output < outputs; output++) {
    uint32_t sum = (uint32_t)p->bias[output];
    const int8_t *from = x;
    do {
      sum += (uint32_t)(*weight++ * (int32_t)*from++);
    } while (from != end);
    *y++ = smg_requantized(p, sum, output);
  }
}

#endif
