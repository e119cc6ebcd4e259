/* C twin of int8.ts. */
#ifndef SMG_TRANSPOSE_CONV_INT8_H
#define SMG_TRANSPOSE_CONV_INT8_H

#include "../channel-sums.h"
#include "reaching.h"

struct smg_transpose_conv_int8 {
  struct smg_window window;
  int32_t output_channels;
  const int8_t *filter;
  int32_t input_offset; /* less the zero point */
  struct smg_channels channels;
};

#define SMG_KERNEL transpose_conv_int8
#define SMG_ELEMENT int8_t
#define SMG_SUM uint32_t
#define SMG_PRODUCT(params, weight, value) ((weight) * ((value) + (params)->input_offset))
#define SMG_STORED smg_stored_channel
#include "transpose-conv.h"

#endif
