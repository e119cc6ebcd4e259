/* C twin of int8.ts. */
#ifndef SMG_L2_NORMALIZATION_INT8_H
#define SMG_L2_NORMALIZATION_INT8_H

#include "../fixed-point-roots.h"

struct smg_l2_normalization_int8 {
  int32_t rows;
  int32_t depth;
  int32_t input_offset; /* less the zero point */
};

/* input [rows, depth] -> output [rows, depth] */
static void smg_l2_normalization_int8(const struct smg_l2_normalization_int8 *params, const int8_t *input,
                                      int8_t *output) {
  for (int32_t row = 0; row < params->rows; row++) {
    int32_t squares = 0;
    int32_t shift;
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t value = input[i] + params->input_offset;
      squares += value * value;
    }
    const int32_t multiplier = smg_inverse_square_root(squares, &shift);
    for (int32_t i = 0; i < params->depth; i++) {
      const int32_t scaled = smg_scale(input[i] + params->input_offset, multiplier, shift + 7);
      output[i] = (int8_t)smg_clamp(scaled, -128, 127);
    }
    input += params->depth;
    output += params->depth;
  }
}

#endif
