/* C twin of int8.ts. */
#ifndef SMG_UNIDIRECTIONAL_SEQUENCE_LSTM_INT8_H
#define SMG_UNIDIRECTIONAL_SEQUENCE_LSTM_INT8_H

#include "../sigmoid-table.h"

struct smg_unidirectional_sequence_lstm_int8 {
  int32_t batches;
  int32_t steps;
  int32_t depth;
  int32_t units;
  int32_t input_batch_stride;
  int32_t input_step_stride;
  int32_t output_batch_stride;
  int32_t output_step_stride;
  const int8_t *input_weights; /* [4 gates, units, depth]; gates: input, forget, cell, output */
  const int32_t *input_bias; /* [4 gates, units] with the zero point of the input */
  const int32_t *input_multiplier; /* [4 gates] */
  const int8_t *input_shift; /* [4 gates] */
  const int8_t *recurrent_weights; /* [4 gates, units, units] */
  const int32_t *recurrent_bias; /* [4 gates, units] */
  const int32_t *recurrent_multiplier; /* [4 gates] */
  const int8_t *recurrent_shift; /* [4 gates] */
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

/* The sum of products of a row with a vector, rescaled and limited to int16. */
static inline int32_t smg_lstm_part(const int8_t *weights, int32_t bias, const int8_t *vector, int32_t count,
                                    int32_t multiplier, int32_t shift) {
  uint32_t sum = (uint32_t)bias;
  for (int32_t i = 0; i < count; i++) { sum += (uint32_t)(weights[i] * vector[i]); }
  return smg_to_int16(smg_scale((int32_t)sum, multiplier, shift));
}

/* What a gate applies its function to, in Q3.12. */
static int32_t smg_lstm_gate(const struct smg_unidirectional_sequence_lstm_int8 *p, int32_t gate, int32_t unit,
                             const int8_t *input, const int8_t *state) {
  const int32_t row = gate * p->units + unit;
  const int32_t from_input = smg_lstm_part(p->input_weights + row * p->depth, p->input_bias[row], input, p->depth,
                                           p->input_multiplier[gate], p->input_shift[gate]);
  const int32_t from_state = smg_lstm_part(p->recurrent_weights + row * p->units, p->recurrent_bias[row], state,
                                           p->units, p->recurrent_multiplier[gate], p->recurrent_shift[gate]);
  return smg_to_int16(from_input + from_state);
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

static void smg_unidirectional_sequence_lstm_int8(const struct smg_unidirectional_sequence_lstm_int8 *params,
                                                  const int8_t *input, int8_t *output_state, int16_t *cell_state,
                                                  int8_t *output) {
  const struct smg_unidirectional_sequence_lstm_int8 *const p = params;
  const uint16_t *const table = p->sigmoid_table;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t step = 0; step < p->steps; step++) {
      const int8_t *const x = input + batch * p->input_batch_stride + step * p->input_step_stride;
      int8_t *const y = output + batch * p->output_batch_stride + step * p->output_step_stride;
      for (int32_t unit = 0; unit < p->units; unit++) {
        const int32_t in = smg_logistic_by_table(table, 3 * smg_lstm_gate(p, 0, unit, x, output_state));
        const int32_t forget = smg_logistic_by_table(table, 3 * smg_lstm_gate(p, 1, unit, x, output_state));
        const int32_t value = smg_tanh_of_bits(table, smg_lstm_gate(p, 2, unit, x, output_state), 3);
        const int32_t out = smg_logistic_by_table(table, 3 * smg_lstm_gate(p, 3, unit, x, output_state));
        const int32_t kept = smg_lstm_divide(forget * cell_state[unit], 15);
        const int32_t added = smg_lstm_divide(in * value, 15 + p->cell_bits);
        const int32_t cell = smg_clamp(kept + added, p->cell_min, p->cell_max);
        cell_state[unit] = (int16_t)cell;
        const int32_t hidden = smg_tanh_of_bits(table, cell, p->cell_bits) * out;
        const int32_t scaled = smg_scale(hidden, p->output_multiplier, p->output_shift);
        y[unit] = (int8_t)smg_to_range(scaled, p->output_zero_point, -128, 127);
      }
      /* Until here every unit has seen the state of the step before. */
      for (int32_t unit = 0; unit < p->units; unit++) { output_state[unit] = y[unit]; }
    }
    output_state += p->units;
    cell_state += p->units;
  }
}

#endif
