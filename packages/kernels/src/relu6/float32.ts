import { mapFloat32 } from "../map-float32.ts";

/** Source: `Relu6Float`, tensorflow/lite/micro/kernels/activations_common.cc. */
export const relu6Float32 = mapFloat32("relu6_float32", (x) => (x > 6 ? 6 : x < 0 ? 0 : x));
