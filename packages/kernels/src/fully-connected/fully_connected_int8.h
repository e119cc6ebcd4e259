/* C twin of int8.ts. */
#ifndef SMG_FULLY_CONNECTED_INT8_H
#define SMG_FULLY_CONNECTED_INT8_H

#include "../dot-products.h"

struct smg_fully_connected_int8 {
  int32_t batches;
  struct smg_dot_products products;
};

/* input [batches, depth] -> output [batches, units] */
static void smg_fully_connected_int8(const struct smg_fully_connected_int8 *params, const int8_t *input,
                                     int8_t *output) {
  for (int32_t batch = 0; batch < params->batches; batch++) {
    smg_dot_products(&params->products, 0, input, output);
    input += params->products.depth;
    output += params->products.outputs;
  }
}

#endif
