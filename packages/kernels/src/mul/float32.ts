import type { OpOf } from "@smidgen/graph";
import { binaryFloat32 } from "../binary-float32.ts";
import type { PrepareStep } from "../step.ts";

/** Source: `Mul`, tensorflow/lite/kernels/internal/reference/mul.h. */
export const mulFloat32: PrepareStep<OpOf<"mul">> = binaryFloat32("mul_float32", (a, b) => a * b);
