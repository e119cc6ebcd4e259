/* Products of rows of weights with what they all read, sixteen at a time. */
#ifndef SMG_MVE_PRODUCTS_H
#define SMG_MVE_PRODUCTS_H

#include "mve.h"

struct smg_mve_products {
  int32_t depth;
  int32_t outputs;
  /* Rows are as long as depth rounded up to a multiple of 16, with zeros behind it. Four of them share what they read:
   * [outputs / 4][depth / 16][4][16]. Those that remain follow one by one, [outputs % 4][depth / 16][16]. */
  const int8_t *weights;
  struct smg_mve_requantization requantization;
};

/* x [depth] -> output [outputs] */
static SMG_MVE_NOINLINE void smg_mve_multiply(const struct smg_mve_products *p, const int8_t *x, int8_t *output) {
  const struct smg_mve_requantization *const r = &p->requantization;
  const int8_t *const end = x + (p->depth & ~15);
  const uint32_t rest = (uint32_t)p->depth & 15u;
  const int8_t *weights = p->weights;
  const int32_t *bias = r->bias;
  const int32_t *multiplier = r->multiplier;
  const int8_t *shift = r->shift;
  int32_t sums[4];
  int32_t left = p->outputs;
  for (; left >= 4; left -= 4) {
    const int8_t *from = x;
    int32_t sum0 = bias[0];
    int32_t sum1 = bias[1];
    int32_t sum2 = bias[2];
    int32_t sum3 = bias[3];
    while (from != end) {
      const int8x16_t values = vldrbq_s8(from);
      sum0 = vmladavaq_s8(sum0, values, vldrbq_s8(weights));
      sum1 = vmladavaq_s8(sum1, values, vldrbq_s8(weights + 16));
      sum2 = vmladavaq_s8(sum2, values, vldrbq_s8(weights + 32));
      sum3 = vmladavaq_s8(sum3, values, vldrbq_s8(weights + 48));
      from += 16;
      weights += 64;
    }
    if (rest) {
      /* Nothing behind the end of x is read. */
      const int8x16_t values = vldrbq_z_s8(end, vctp8q(rest));
      sum0 = vmladavaq_s8(sum0, values, vldrbq_s8(weights));
      sum1 = vmladavaq_s8(sum1, values, vldrbq_s8(weights + 16));
      sum2 = vmladavaq_s8(sum2, values, vldrbq_s8(weights + 32));
      sum3 = vmladavaq_s8(sum3, values, vldrbq_s8(weights + 48));
      weights += 64;
    }
    sums[0] = sum0;
    sums[1] = sum1;
    sums[2] = sum2;
    sums[3] = sum3;
    vstrbq_s32(output, smg_mve_finish(vldrwq_s32(sums), multiplier, shift, smg_mve_load_limits(r)));
    output += 4;
    bias += 4;
    multiplier += r->scale_step;
    shift += r->scale_step;
  }
  if (left > 0) {
    for (int32_t i = 0; i < 4; i++) {
      int32_t sum = bias[i];
      if (i < left) {
        const int8_t *from = x;
        for (; from != end; from += 16) {
          sum = vmladavaq_s8(sum, vldrbq_s8(from), vldrbq_s8(weights));
          weights += 16;
        }
        if (rest) {
          sum = vmladavaq_s8(sum, vldrbq_z_s8(from, vctp8q(rest)), vldrbq_s8(weights));
          weights += 16;
        }
      }
      sums[i] = sum;
    }
    vstrbq_p_s32(output, smg_mve_finish(vldrwq_s32(sums), multiplier, shift, smg_mve_load_limits(r)), vctp32q((uint32_t)left));
  }
}

#endif
