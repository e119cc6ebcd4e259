/*
 * C twin of int8.ts, with its powers in a table: there are no more than 256 differences of int8.
 *
 * Made for SMG_KERNEL and an output of SMG_OUTPUT, which has SMG_OUTPUT_BITS.
 */
#include "../fixed-point-functions.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t rows;
  int32_t depth;
  int32_t powers_count;
  const int32_t *powers; /* [powers_count] e^x in Q0.31 of each difference to the largest; behind them all are 0 */
};

/* input [rows, depth] -> output [rows, depth] */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const int8_t *input, SMG_OUTPUT *output) {
  const int32_t one = (int32_t)1 << SMG_OUTPUT_BITS;
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
    /* sum = (1 + fraction) * 2^(12 - leading_zeros) */
    const int32_t leading_zeros = smg_leading_zeros(sum);
    const uint32_t fraction = ((uint32_t)sum << leading_zeros) & 0x7fffffffu;
    const int32_t reciprocal = smg_one_over_one_plus((int32_t)fraction);
    const int32_t shift = 12 - leading_zeros + 31 - SMG_OUTPUT_BITS;
    for (from = input; from != end; from++) {
      const int32_t difference = largest - *from;
      int32_t probability = 0;
      if (difference < params->powers_count) {
        probability = smg_shift_right(smg_high_multiply(params->powers[difference], reciprocal), shift);
      }
      *output++ = (SMG_OUTPUT)((probability < one ? probability : one - 1) - one / 2);
    }
    input = end;
  }
}

#undef SMG_KERNEL
#undef SMG_OUTPUT
#undef SMG_OUTPUT_BITS
