/* C twin of int16.ts. */
#ifndef SMG_UNIDIRECTIONAL_SEQUENCE_LSTM_INT16_H
#define SMG_UNIDIRECTIONAL_SEQUENCE_LSTM_INT16_H

#include "integer-lstm-step.h"

struct smg_unidirectional_sequence_lstm_int16 {
  struct smg_integer_lstm lstm;
  const int8_t *input_weights; /* [4 gates, units, depth]; gates: input, forget, cell, output */
  const int64_t *bias; /* [4 gates, units] */
  const int32_t *input_multiplier; /* [4 gates] */
  const int8_t *input_shift; /* [4 gates] to the right */
  const int8_t *recurrent_weights; /* [4 gates, units, units] */
  const int32_t *recurrent_multiplier; /* [4 gates] */
  const int8_t *recurrent_shift; /* [4 gates] to the right */
};

/* The sum of products of a row with a vector, rescaled once and limited to int16. */
static inline int32_t smg_wide_lstm_part(const int8_t *weights, int64_t sum, const int16_t *vector, int32_t count,
                                         int32_t multiplier, int32_t shift) {
  for (int32_t i = 0; i < count; i++) { sum += (int32_t)weights[i] * vector[i]; }
  sum = (sum * multiplier + ((int64_t)1 << (shift - 1))) >> shift;
  return sum < -32768 ? -32768 : sum > 32767 ? 32767 : (int32_t)sum;
}

static int32_t smg_wide_lstm_gate(const struct smg_unidirectional_sequence_lstm_int16 *p, int32_t gate, int32_t unit,
                                  const int16_t *input, const int16_t *state) {
  const int32_t depth = p->lstm.depth;
  const int32_t units = p->lstm.units;
  const int32_t row = gate * units + unit;
  const int32_t from_input = smg_wide_lstm_part(p->input_weights + row * depth, p->bias[row], input, depth,
                                                p->input_multiplier[gate], p->input_shift[gate]);
  const int32_t from_state = smg_wide_lstm_part(p->recurrent_weights + row * units, 0, state, units,
                                                p->recurrent_multiplier[gate], p->recurrent_shift[gate]);
  return smg_to_int16(from_input + from_state);
}

#define SMG_KERNEL unidirectional_sequence_lstm_int16
#define SMG_ELEMENT int16_t
#define SMG_MIN (-32768)
#define SMG_MAX 32767
#define SMG_GATE smg_wide_lstm_gate
#include "integer-lstm.h"

#endif
