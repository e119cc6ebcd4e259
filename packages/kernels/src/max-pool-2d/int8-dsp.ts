import type { Packed } from "../c-twin.ts";
import { wordOf } from "../dsp-words.ts";
import { type PoolParams, poolTwin } from "../pool-2d.ts";

/** For `max_pool_2d_int8_dsp.h`: limits in each byte. Undefined for channels that are not a multiple of 4. */
export function maxPool2dInt8Dsp(params: PoolParams): Packed | undefined {
  const { inputChannels, activationMin: min, activationMax: max } = params;
  if (inputChannels % 4 !== 0) return undefined;
  return poolTwin({
    ...params,
    activationMin: wordOf([min, min, min, min]),
    activationMax: wordOf([max, max, max, max]),
  });
}
