/* C twin of resize-nearest-neighbor.ts. */
#ifndef SMG_RESIZE_NEAREST_NEIGHBOR_H
#define SMG_RESIZE_NEAREST_NEIGHBOR_H

#include "../move.h"

struct smg_resize_nearest_neighbor {
  int32_t batches;
  int32_t input_height;
  int32_t input_width;
  int32_t output_height;
  int32_t output_width;
  int32_t cell_bytes; /* all channels */
  const int32_t *rows; /* [output_height] the input row that each output row is taken from */
  const int32_t *columns; /* [output_width] */
};

static void smg_resize_nearest_neighbor(const struct smg_resize_nearest_neighbor *params, const void *input,
                                        void *output) {
  const int32_t bytes = params->cell_bytes;
  uint8_t *to = (uint8_t *)output;
  for (int32_t batch = 0; batch < params->batches; batch++) {
    for (int32_t y = 0; y < params->output_height; y++) {
      const int32_t row = (batch * params->input_height + params->rows[y]) * params->input_width;
      for (int32_t x = 0; x < params->output_width; x++) {
        smg_move(to, (const uint8_t *)input + (row + params->columns[x]) * bytes, bytes);
        to += bytes;
      }
    }
  }
}

#endif
