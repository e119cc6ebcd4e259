/* C twin of int16.ts. */
#ifndef SMG_TRANSPOSE_CONV_INT16_H
#define SMG_TRANSPOSE_CONV_INT16_H

#include "../wide-channels.h"
#include "reaching.h"

struct smg_transpose_conv_int16 {
  struct smg_window window;
  int32_t output_channels;
  const int8_t *filter;
  struct smg_wide_channels channels;
};

#define SMG_KERNEL transpose_conv_int16
#define SMG_ELEMENT int16_t
#define SMG_SUM int64_t
#define SMG_PRODUCT(params, weight, value) ((int32_t)(weight) * (value))
#define SMG_STORED smg_stored_wide
#include "transpose-conv.h"

#endif
