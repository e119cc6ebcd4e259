import { inSnakeCase } from "../as-it-is.ts";
import type { Packed } from "../c-twin.ts";
import { packPowers } from "../softmax/int8-twin.ts";
import type { LogSoftmaxInt8Params } from "./int8.ts";

export function packLogSoftmaxInt8(params: LogSoftmaxInt8Params): Packed {
  return { params: { ...inSnakeCase(params), ...packPowers(params) } };
}
