import { mapFloat32 } from "../map-float32.ts";

/** Source: `Elu`, tensorflow/lite/kernels/internal/reference/elu.h. */
export const eluFloat32 = mapFloat32("elu_float32", (x) => (x < 0 ? Math.expm1(x) : x));
