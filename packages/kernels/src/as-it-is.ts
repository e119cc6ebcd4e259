import type { CRecord, Packed } from "./c-twin.ts";
import type { KernelParams } from "./step.ts";

/** The fields of `Step.params` as they are. */
export function asItIs(params: KernelParams): Packed {
  return { params: inSnakeCase(params) };
}

/** Fields as C calls them. How integers are rounded is no field: in C always twice. */
export function inSnakeCase(params: KernelParams): CRecord {
  return Object.fromEntries(
    Object.entries(params)
      .filter(([field]) => field !== "singleRounding")
      .map(([field, value]) => [
        field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
        value,
      ]),
  );
}
