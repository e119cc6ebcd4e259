import { mapFloat32 } from "../map-float32.ts";

const { exp, fround } = Math;

export const logisticFloat32 = mapFloat32("logistic_float32", logistic);

/**
 * `1 / (1 + e^−x)`; away from zero it is 1, or e^x alone. x: float32. The result is not rounded to float32 yet.
 *
 * Source: `Logistic`, tensorflow/lite/kernels/internal/reference/logistic.h.
 */
export function logistic(x: number): number {
  if (x > 16.619_047_164_916_992) return 1;
  return x < -9 ? exp(x) : 1 / fround(1 + fround(exp(-x)));
}
