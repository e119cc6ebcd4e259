/* fully_connected_int8 with sixteen products an instruction; packed by int8-mve.ts. */
#ifndef SMG_FULLY_CONNECTED_INT8_MVE_H
#define SMG_FULLY_CONNECTED_INT8_MVE_H

#include "../mve-products.h"

struct smg_fully_connected_int8_mve {
  int32_t batches;
  struct smg_mve_products products;
};

/* input [batches, depth] -> output [batches, units] */
static void smg_fully_connected_int8_mve(const struct smg_fully_connected_int8_mve *params, const int8_t *input,
                                         int8_t *output) {
  const struct smg_mve_products *const p = &params->products;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    smg_mve_multiply(p, input, output);
    input += p->depth;
    output += p->outputs;
  }
}

#endif
