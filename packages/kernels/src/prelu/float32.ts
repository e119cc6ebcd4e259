import type { OpOf } from "@smidgen/graph";
import { binaryFloat32 } from "../binary-float32.ts";
import type { PrepareStep } from "../step.ts";

/** Source: `BroadcastPrelu4DSlowFloat`, tensorflow/lite/micro/kernels/prelu_common.cc. */
export const preluFloat32: PrepareStep<OpOf<"prelu">> = binaryFloat32("prelu_float32", (x, alpha) =>
  x >= 0 ? x : x * alpha,
);
