import type { ActivationRange } from "./activation-range.ts";
import type { Packed } from "./c-twin.ts";
import type { WindowParams } from "./window.ts";
import { packWindow } from "./window-twin.ts";

export type PoolParams = WindowParams & ActivationRange;

export function maxPool2dTwin(params: PoolParams): Packed {
  const { activationMin, activationMax } = params;
  return {
    params: {
      window: packWindow(params),
      activation_min: activationMin,
      activation_max: activationMax,
    },
  };
}

export const averagePool2dTwin = maxPool2dTwin;
