/* C twin of int16.ts. */
#ifndef SMG_SOFTMAX_INT16_H
#define SMG_SOFTMAX_INT16_H

#include "../fixed-point-functions.h"

struct smg_softmax_int16 {
  int32_t rows;
  int32_t depth;
  int32_t multiplier;
  int32_t shift;
  const int16_t *powers; /* [513] e^x in Q0.15 for x from -10 to 0 */
  const int16_t *reciprocals; /* [513] 1 / (1 + x) in Q0.15 for x from 0 to 1 */
};

/* Interpolates in a table of 512 equal steps. position: int16 */
static inline int32_t smg_look_up(const int16_t *table, int32_t position) {
  const int32_t step = 256 + (position >> 7);
  const int32_t low = table[step];
  return low + (((table[step + 1] - low) * (position & 127) + 64) >> 7);
}

/* input [rows, depth] -> output [rows, depth] */
static void smg_softmax_int16(const struct smg_softmax_int16 *params, const int16_t *input, int16_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    int32_t largest = -32768;
    int32_t sum = 0; /* Q16.15 */
    for (int32_t i = 0; i < params->depth; i++) {
      if (input[i] > largest) { largest = input[i]; }
    }
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t difference = smg_scale(input[i] - largest, params->multiplier, params->shift);
      output[i] = (int16_t)smg_look_up(params->powers, smg_to_range(difference, 32767, -32768, 32767));
      sum = smg_add(sum, output[i]);
    }
    /* sum = (1 + x) * 2^(16 - leading_zeros) */
    const int32_t leading_zeros = smg_leading_zeros(sum);
    const int32_t one_plus_x = (int32_t)((((uint32_t)sum << (leading_zeros - 1)) + 8192u) >> 14); /* Q1.16 */
    const int32_t x = smg_clamp(one_plus_x - 98304, -32768, 32767);
    const int32_t reciprocal = smg_look_up(params->reciprocals, x);
    const int32_t shift = 31 - leading_zeros;
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t probability = (output[i] * reciprocal + ((int32_t)1 << (shift - 1))) >> shift;
      output[i] = (int16_t)smg_clamp(probability, 0, 32767);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
