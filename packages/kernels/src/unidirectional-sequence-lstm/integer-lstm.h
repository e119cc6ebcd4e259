/*
 * Steps of an LSTM, one after another; C twin of runIntegerLstm in integer-lstm.ts.
 *
 * Made for SMG_KERNEL, whose struct has an smg_integer_lstm called lstm, elements SMG_ELEMENT from SMG_MIN to SMG_MAX, and
 * SMG_GATE(params, gate, unit, input, state): what a gate applies its function to, in Q3.12.
 */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const SMG_ELEMENT *input,
                                 SMG_ELEMENT *output_state, int16_t *cell_state, SMG_ELEMENT *output) {
  const struct smg_integer_lstm *const p = &params->lstm;
  const uint16_t *const table = p->sigmoid_table;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    for (int32_t step = 0; step < p->steps; step++) {
      const SMG_ELEMENT *const x = input + batch * p->input_batch_stride + step * p->input_step_stride;
      SMG_ELEMENT *const y = output + batch * p->output_batch_stride + step * p->output_step_stride;
      for (int32_t unit = 0; unit < p->units; unit++) {
        const int32_t in = smg_logistic_by_table(table, 3 * SMG_GATE(params, 0, unit, x, output_state));
        const int32_t forget = smg_logistic_by_table(table, 3 * SMG_GATE(params, 1, unit, x, output_state));
        const int32_t value = smg_tanh_of_bits(table, SMG_GATE(params, 2, unit, x, output_state), 3);
        const int32_t out = smg_logistic_by_table(table, 3 * SMG_GATE(params, 3, unit, x, output_state));
        const int32_t kept = smg_lstm_divide(forget * cell_state[unit], 15);
        const int32_t added = smg_lstm_divide(in * value, 15 + p->cell_bits);
        const int32_t cell = smg_clamp(kept + added, p->cell_min, p->cell_max);
        cell_state[unit] = (int16_t)cell;
        const int32_t hidden = smg_tanh_of_bits(table, cell, p->cell_bits) * out;
        const int32_t scaled = smg_scale(hidden, p->output_multiplier, p->output_shift);
        y[unit] = (SMG_ELEMENT)smg_to_range(scaled, p->output_zero_point, SMG_MIN, SMG_MAX);
      }
      /* Until here every unit has seen the state of the step before. */
      for (int32_t unit = 0; unit < p->units; unit++) { output_state[unit] = y[unit]; }
    }
    output_state += p->units;
    cell_state += p->units;
  }
}

#undef SMG_KERNEL
#undef SMG_ELEMENT
#undef SMG_MIN
#undef SMG_MAX
#undef SMG_GATE
