import { mapFloat32 } from "../map-float32.ts";

/** Source: `ReluFloat`, tensorflow/lite/micro/kernels/activations_common.cc. */
export const reluFloat32 = mapFloat32("relu_float32", (x) => (x < 0 ? 0 : x));
