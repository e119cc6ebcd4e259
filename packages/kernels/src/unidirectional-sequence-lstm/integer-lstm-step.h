/* What LSTMs with gates and cell state in int16 have in common, as integer-lstm.ts has it. */
#ifndef SMG_INTEGER_LSTM_STEP_H
#define SMG_INTEGER_LSTM_STEP_H

#include "../sigmoid-table.h"

struct smg_integer_lstm {
  int32_t batches;
  int32_t steps;
  int32_t depth;
  int32_t units;
  int32_t input_batch_stride;
  int32_t input_step_stride;
  int32_t output_batch_stride;
  int32_t output_step_stride;
  int32_t cell_bits; /* the scale of the cell state is 2^(cell_bits - 15) */
  int32_t cell_min;
  int32_t cell_max;
  int32_t output_multiplier;
  int32_t output_shift;
  int32_t output_zero_point;
  const uint16_t *sigmoid_table; /* [256] */
};

static inline int32_t smg_to_int16(int32_t x) {
  return smg_clamp(x, -32768, 32767);
}

/* tanh x in Q0.15. x: int16 with `bits` bits before the point; 3x in Q4.12 is rounded half up. */
static inline int32_t smg_tanh_of_bits(const uint16_t *table, int32_t x, int32_t bits) {
  const int32_t x3 = bits >= 3 ? 3 * x * ((int32_t)1 << (bits - 3)) : (3 * x + ((int32_t)1 << (2 - bits))) >> (3 - bits);
  return smg_tanh_by_table(table, x3);
}

/* A product of two int16 divided by 2^exponent, 15 or more. */
static inline int32_t smg_lstm_divide(int32_t product, int32_t exponent) {
  return smg_to_int16(smg_scale(product, (int32_t)1 << 30, 1 - exponent));
}

#endif
