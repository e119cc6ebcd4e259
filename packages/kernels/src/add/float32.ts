import type { OpOf } from "@smidgen/graph";
import { binaryFloat32 } from "../binary-float32.ts";
import type { PrepareStep } from "../step.ts";

/** Source: `Add`, tensorflow/lite/kernels/internal/reference/add.h. */
export const addFloat32: PrepareStep<OpOf<"add">> = binaryFloat32("add_float32", (a, b) => a + b);
