import { mapFloat32 } from "../map-float32.ts";
import { clamp } from "../rounding.ts";

const { fround } = Math;

/** Every step is rounded to float32. Source: `HardSwish`, tensorflow/lite/kernels/internal/reference/hard_swish.h. */
export const hardSwishFloat32 = mapFloat32(
  "hard_swish_float32",
  (x) => fround(x * clamp(fround(x + 3), 0, 6)) / 6,
);
