/* C twin of int8.ts. */
#ifndef SMG_UNIDIRECTIONAL_SEQUENCE_LSTM_INT8_H
#define SMG_UNIDIRECTIONAL_SEQUENCE_LSTM_INT8_H

#include "integer-lstm-step.h"

struct smg_unidirectional_sequence_lstm_int8 {
  struct smg_integer_lstm lstm;
  const int8_t *input_weights; /* [4 gates, units, depth]; gates: input, forget, cell, output */
  const int32_t *input_bias; /* [4 gates, units] with the zero point of the input */
  const int32_t *input_multiplier; /* [4 gates] */
  const int8_t *input_shift; /* [4 gates] */
  const int8_t *recurrent_weights; /* [4 gates, units, units] */
  const int32_t *recurrent_bias; /* [4 gates, units] */
  const int32_t *recurrent_multiplier; /* [4 gates] */
  const int8_t *recurrent_shift; /* [4 gates] */
};

/* The sum of products of a row with a vector, rescaled and limited to int16. */
static inline int32_t smg_lstm_part(const int8_t *weights, int32_t bias, const int8_t *vector, int32_t count,
                                    int32_t multiplier, int32_t shift) {
  uint32_t sum = (uint32_t)bias;
  for (int32_t i = 0; i < count; i++) { sum += (uint32_t)(weights[i] * vector[i]); }
  return smg_to_int16(smg_scale((int32_t)sum, multiplier, shift));
}

static int32_t smg_lstm_gate(const struct smg_unidirectional_sequence_lstm_int8 *p, int32_t gate, int32_t unit,
                             const int8_t *input, const int8_t *state) {
  const int32_t depth = p->lstm.depth;
  const int32_t units = p->lstm.units;
  const int32_t row = gate * units + unit;
  const int32_t from_input = smg_lstm_part(p->input_weights + row * depth, p->input_bias[row], input, depth,
                                           p->input_multiplier[gate], p->input_shift[gate]);
  const int32_t from_state = smg_lstm_part(p->recurrent_weights + row * units, p->recurrent_bias[row], state, units,
                                           p->recurrent_multiplier[gate], p->recurrent_shift[gate]);
  return smg_to_int16(from_input + from_state);
}

#define SMG_KERNEL unidirectional_sequence_lstm_int8
#define SMG_ELEMENT int8_t
#define SMG_MIN (-128)
#define SMG_MAX 127
#define SMG_GATE smg_lstm_gate
#include "integer-lstm.h"

#endif
