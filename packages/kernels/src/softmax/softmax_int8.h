/* C twin of int8.ts, with its powers in a table: there are no more than 256 differences of int8. */
#ifndef SMG_SOFTMAX_INT8_H
#define SMG_SOFTMAX_INT8_H

#include "../fixed-point-functions.h"

struct smg_softmax_int8 {
  int32_t rows;
  int32_t depth;
  int32_t powers_count;
  const int32_t *powers; /* [powers_count] e^x in Q0.31 of each difference to the largest; behind them all are 0 */
};

/* input [rows, depth] -> output [rows, depth] */
static void smg_softmax_int8(const struct smg_softmax_int8 *params, const int8_t *input, int8_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    const int8_t *const end = input + params->depth;
    const int8_t *from;
    int32_t largest = -128;
    int32_t sum = 0; /* Q12.19 */
    for (from = input; from != end; from++) {
      if (*from > largest) { largest = *from; }
    }
    for (from = input; from != end; from++) {
      const int32_t difference = largest - *from;
      if (difference < params->powers_count) {
        sum = smg_add(sum, smg_shift_right(params->powers[difference], 12));
      }
    }
    /* sum = (1 + fraction) * 2^bits */
    int32_t bits = 12;
    while ((uint32_t)sum < 0x80000000u) {
      sum = (int32_t)((uint32_t)sum << 1);
      bits--;
    }
    const int32_t reciprocal = smg_one_over_one_plus((int32_t)((uint32_t)sum & 0x7fffffffu));
    const int32_t shift = bits + 31 - 8;
    for (from = input; from != end; from++) {
      const int32_t difference = largest - *from;
      int32_t probability = 0;
      if (difference < params->powers_count) {
        probability = smg_shift_right(smg_high_multiply(reciprocal, params->powers[difference]), shift);
      }
      *output++ = (int8_t)(probability < 255 ? probability - 128 : 127);
    }
    input = end;
  }
}

#endif
