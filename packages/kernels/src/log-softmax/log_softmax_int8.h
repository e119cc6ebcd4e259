/* C twin of int8.ts, with its powers in a table. */
#ifndef SMG_LOG_SOFTMAX_INT8_H
#define SMG_LOG_SOFTMAX_INT8_H

#include "../fixed-point-roots.h"

struct smg_log_softmax_int8 {
  int32_t rows;
  int32_t depth;
  int32_t multiplier; /* the input scale in Q5.26 */
  int32_t shift;
  int32_t inverse_multiplier; /* from Q5.26 to stored differences */
  int32_t inverse_shift;
  int32_t difference_min;
  int32_t powers_count;
  const int32_t *powers; /* [powers_count] e^x in Q0.31 of each difference to the largest; behind them all are 0 */
};

/* input [rows, depth] -> output [rows, depth] */
static void smg_log_softmax_int8(const struct smg_log_softmax_int8 *params, const int8_t *input, int8_t *output) {
  const struct smg_log_softmax_int8 *const p = params;
  for (int32_t row = 0; row < p->rows; row++) {
    int32_t largest = -128;
    int32_t sum = 0; /* Q12.19 */
    for (int32_t i = 0; i < p->depth; i++) {
      if (input[i] > largest) { largest = input[i]; }
    }
    for (int32_t i = 0; i < p->depth; i++) {
      const int32_t difference = largest - input[i];
      if (difference < p->powers_count) { sum = smg_add(sum, smg_shift_right(p->powers[difference], 12)); }
    }
    const int32_t log_of_sum = smg_logarithm(sum); /* Q5.26 */
    /* Below this, difference - log_of_sum does not fit in Q5.26. */
    const int32_t edge = (int32_t)((uint32_t)log_of_sum - 0x80000000u);
    const int32_t representable = smg_scale(edge, p->inverse_multiplier, p->inverse_shift);
    const int32_t lowest = p->difference_min - 1 > representable ? p->difference_min - 1 : representable;
    for (int32_t i = 0; i < p->depth; i++) {
      const int32_t difference = input[i] - largest;
      if (difference <= lowest) {
        output[i] = -128;
      } else {
        const int32_t scaled = smg_scale(difference, p->multiplier, p->shift);
        const int32_t log_of_probability = (int32_t)((uint32_t)scaled - (uint32_t)log_of_sum);
        output[i] = (int8_t)smg_clamp(smg_shift_right(log_of_probability, 22) + 127, -128, 127);
      }
    }
    input += p->depth;
    output += p->depth;
  }
}

#endif
