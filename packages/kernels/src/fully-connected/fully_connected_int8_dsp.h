/*
 * fully_connected_int8 with two products an instruction; packed by int8-dsp.ts.
 *
 * A word of weights has those of four inputs, a, b, c, d, as the halfwords 256 a + b and 256 c + d. With inputs
 * p, q, r, s
 *
 *   (256 a + b) (p - 127) + b (256 q + 127 - p) = 256 (a (p - 127) + b q)
 *
 * and the same for the upper half, so the word and its sign-extended low bytes make four products; nothing else is
 * unpacked. The second factors come two at a time: 127 - p is p with its lower seven bits flipped.
 */
#ifndef SMG_FULLY_CONNECTED_INT8_DSP_H
#define SMG_FULLY_CONNECTED_INT8_DSP_H

#include "../dsp.h"

struct smg_fully_connected_int8_dsp {
  int32_t batches;
  int32_t depth;
  int32_t units;
  /* 256 times a sum leaves it 24 bits: after so many inputs, a multiple of 4, it joins a sum of 32 bits. */
  int32_t run;
  /* Four units share each word of input: [units / 4][words][4]. The units that remain follow one by one,
   * [units % 4][words]. Words are depth / 4 rounded up. */
  const int32_t *weights;
  int32_t scale_step; /* 1 if each unit has a multiplier and a shift of its own, 0 if there is one */
  struct smg_dsp_requantization requantization;
};

struct smg_dsp_inputs {
  int32_t even; /* p - 127, r - 127 */
  int32_t odd; /* 256 q + 127 - p, 256 s + 127 - r */
};

static inline struct smg_dsp_inputs smg_dsp_split(int32_t word) {
  struct smg_dsp_inputs inputs;
  inputs.even = __sxtab16(-0x007e007f, word);
  inputs.odd = word ^ 0x007f007f;
  return inputs;
}

static inline int32_t smg_dsp_four_products(int32_t weights, struct smg_dsp_inputs inputs, int32_t sum) {
  return __smlad(__sxtb16(weights), inputs.odd, __smlad(weights, inputs.even, sum));
}

/* Adds the products of a run of inputs with four units. */
SMG_DSP_INNER_LOOP void smg_dsp_add_four_units(const int32_t *weights, const int32_t *end, const int8_t *x,
                                                    int32_t *twice) {
  int32_t sum0 = 0;
  int32_t sum1 = 0;
  int32_t sum2 = 0;
  int32_t sum3 = 0;
  do {
    const struct smg_dsp_inputs inputs = smg_dsp_split(smg_dsp_load(x));
    sum0 = smg_dsp_four_products(weights[0], inputs, sum0);
    sum1 = smg_dsp_four_products(weights[1], inputs, sum1);
    sum2 = smg_dsp_four_products(weights[2], inputs, sum2);
    sum3 = smg_dsp_four_products(weights[3], inputs, sum3);
    weights += 4;
    x += 4;
  } while (weights != end);
  twice[0] += sum0 >> 7;
  twice[1] += sum1 >> 7;
  twice[2] += sum2 >> 7;
  twice[3] += sum3 >> 7;
}

/* input [batches, depth] -> output [batches, units] */
static void smg_fully_connected_int8_dsp(const struct smg_fully_connected_int8_dsp *params, const int8_t *input,
                                         int8_t *output) {
  const struct smg_fully_connected_int8_dsp *const p = params;
  const struct smg_dsp_requantization *const r = &p->requantization;
  const int32_t rest = p->depth & 3;
  const int32_t zero_point = r->twice_zero_point_plus_1;
  int8_t *const begin = output;
  for (int32_t batch = 0; batch < p->batches; batch++) {
    const int32_t *weights = p->weights;
    const int32_t *bias = r->twice_bias;
    const int32_t *multiplier = r->multiplier;
    const int8_t *shift = r->shift;
    uint32_t last_word = 0;
    int32_t together;
    for (int32_t i = 1; i <= rest; i++) { last_word = last_word << 8 | (uint8_t)input[p->depth - i]; }
    for (int32_t units = p->units; units > 0; units -= together) {
      int32_t twice[4] = { 0, 0, 0, 0 };
      int32_t done = 0;
      together = units < 4 ? 1 : 4;
      do {
        const int32_t left = p->depth - done;
        const int8_t *x = left < 4 ? (const int8_t *)&last_word : input + done;
        const int32_t count = left < 4 ? 4 : (left < p->run ? left : p->run) & ~3;
        const int32_t *const end = weights + (count >> 2) * together;
        done += count;
        if (together == 4) {
          smg_dsp_add_four_units(weights, end, x, twice);
          weights = end;
        } else {
          int32_t sum = 0;
          do {
            sum = smg_dsp_four_products(*weights, smg_dsp_split(smg_dsp_load(x)), sum);
            weights++;
            x += 4;
          } while (weights != end);
          twice[0] += sum >> 7;
        }
      } while (done < p->depth);
      for (const int32_t *sum = twice; sum != twice + together; sum++) {
        *output++ = smg_dsp_requantize(*bias++ + *sum, *multiplier, *shift, zero_point);
        multiplier += p->scale_step;
        shift += p->scale_step;
      }
    }
    input += p->depth;
  }
  smg_dsp_limit(r, begin, (int32_t)(output - begin));
}

#endif
