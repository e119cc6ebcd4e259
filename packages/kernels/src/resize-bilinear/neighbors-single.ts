import { clamp } from "../rounding.ts";
import type { NeighborsOf } from "./bilinear-step.ts";

const { fround } = Math;

/**
 * Neighbors with single rounding, for integers and floats: distances are float32, in cells, and never negative.
 *
 * Source: `xnn_indirection_init_resize_bilinear2d_hwc_q11` and `…_f32`, xnnpack/src/indirection.c.
 */
export const neighborsSingle: NeighborsOf = (cell, inputSize, outputSize, options) => {
  const shrunk = options.alignCorners && outputSize > 1 ? 1 : 0;
  const scale = fround((inputSize - shrunk) / (outputSize - shrunk));
  const offset = options.halfPixelCenters ? fround(fround(0.5 * scale) - 0.5) : 0;
  const place = clamp(fround(fround(cell * scale) + offset), 0, inputSize - 1);
  const before = Math.floor(place);
  return {
    before,
    behind: Math.min(before + 1, inputSize - 1),
    distance: fround(place - before),
  };
};
