import { mapFloat32 } from "../map-float32.ts";

/** Source: `Tanh`, tensorflow/lite/kernels/internal/reference/tanh.h. */
export const tanhFloat32 = mapFloat32("tanh_float32", Math.tanh);
