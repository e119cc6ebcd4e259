import type { OpOf } from "@smidgen/graph";
import { binaryFloat32 } from "../binary-float32.ts";
import type { PrepareStep } from "../step.ts";

/** Source: `SubWithActivation`, tensorflow/lite/kernels/internal/reference/sub.h. */
export const subFloat32: PrepareStep<OpOf<"sub">> = binaryFloat32("sub_float32", (a, b) => a - b);
