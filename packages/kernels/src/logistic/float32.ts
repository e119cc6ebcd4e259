import { mapFloat32 } from "../map-float32.ts";

const { exp, fround } = Math;

/**
 * Away from zero the result is 1, or e^x alone.
 *
 * Source: `Logistic`, tensorflow/lite/kernels/internal/reference/logistic.h.
 */
export const logisticFloat32 = mapFloat32("logistic_float32", (x) => {
  if (x > 16.619_047_164_916_992) return 1;
  return x < -9 ? exp(x) : 1 / fround(1 + fround(exp(-x)));
});
