import type { Packed } from "../c-twin.ts";
import { wordOf } from "../dsp-words.ts";
import type { PoolParams } from "../pool-twins.ts";
import { packWindow } from "../window-twin.ts";

/** For `max_pool_2d_int8_dsp.h`. Undefined for channels that are not a multiple of 4. */
export function maxPool2dInt8Dsp(params: PoolParams): Packed | undefined {
  const { inputChannels, activationMin: min, activationMax: max } = params;
  if (inputChannels % 4 !== 0) return undefined;
  return {
    params: {
      window: packWindow(params),
      activation_min: wordOf([min, min, min, min]),
      activation_max: wordOf([max, max, max, max]),
    },
  };
}
