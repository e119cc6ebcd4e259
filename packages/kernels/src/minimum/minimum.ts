import type { OpOf } from "@smidgen/graph";
import { choiceOfTwo } from "../choice-of-two.ts";
import type { PrepareStep } from "../step.ts";

/** Of a NaN and a number, the second operand. */
export const minimum: PrepareStep<OpOf<"minimum">> = choiceOfTwo("minimum", (a, b) =>
  a < b ? a : b,
);
