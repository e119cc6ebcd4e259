/* C twin of int8.ts, made for SMG_KERNEL and elements SMG_STATE of time weights and state. */
#include <string.h>

#include "../fixed-point.h"

struct SMG_NAME(SMG_KERNEL) {
  int32_t batches;
  int32_t depth;
  int32_t units;
  int32_t rank;
  int32_t memory;
  const int8_t *feature_weights; /* [units * rank, depth] */
  const int32_t *feature_bias; /* [units * rank] less the zero point of the input times the sum of the weights */
  const SMG_STATE *time_weights; /* [units * rank, memory] */
  const int32_t *bias; /* [units] less the zero point of the state times the sum of the weights */
  int32_t state_multiplier;
  int32_t state_shift;
  int32_t state_min;
  int32_t state_max;
  int32_t state_zero_point;
  int32_t output_multiplier;
  int32_t output_shift;
  int32_t output_zero_point;
};

/* input [batches, depth], state [batches, units * rank, memory] -> output [batches, units] */
static void SMG_NAME(SMG_KERNEL)(const struct SMG_NAME(SMG_KERNEL) *params, const int8_t *input, SMG_STATE *state,
                                 int8_t *output) {
  const struct SMG_NAME(SMG_KERNEL) *const p = params;
  const int32_t filters = p->units * p->rank;
  /* What moves from one row of the state into the last column of the row before is overwritten. */
  memmove(state, state + 1, (size_t)(p->batches * filters * p->memory - 1) * sizeof *state);
  for (int32_t batch = 0; batch < p->batches; batch++) {
    const int8_t *weight = p->feature_weights;
    const SMG_STATE *time_weight = p->time_weights;
    SMG_STATE *newest = state + p->memory - 1;
    for (int32_t filter = 0; filter < filters; filter++) {
      uint32_t sum = (uint32_t)p->feature_bias[filter];
      for (int32_t i = 0; i < p->depth; i++) { sum += (uint32_t)(*weight++ * input[i]); }
      const int32_t scaled = smg_scale((int32_t)sum, p->state_multiplier, p->state_shift);
      *newest = (SMG_STATE)(smg_clamp(scaled, p->state_min, p->state_max) + p->state_zero_point);
      newest += p->memory;
    }
    for (int32_t unit = 0; unit < p->units; unit++) {
      uint32_t sum = (uint32_t)p->bias[unit];
      for (int32_t i = 0; i < p->rank * p->memory; i++) { sum += (uint32_t)((int32_t)*time_weight++ * *state++); }
      const int32_t scaled = smg_scale((int32_t)sum, p->output_multiplier, p->output_shift);
      *output++ = (int8_t)smg_to_range(scaled, p->output_zero_point, -128, 127);
    }
    input += p->depth;
  }
}

#undef SMG_KERNEL
#undef SMG_STATE
