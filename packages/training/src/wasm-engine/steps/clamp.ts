import type { Clamp } from "../network.ts";
import { addresses, type Tensor } from "../tensor.ts";
import type { Step, Workshop } from "./step.ts";

/** An activation behind a layer that cannot take it in. y has the shape of x. */
export function clampStep({ kernels }: Workshop, { range }: Clamp, x: Tensor, y: Tensor): Step {
  const rowBytes = x.width * x.channels * 4;
  const { value } = y;
  return {
    forward({ count }) {
      kernels.clampRows(
        ...addresses(x.value),
        ...addresses(value),
        count,
        x.height,
        rowBytes,
        range.lo,
        range.hi,
      );
    },
    backward({ count }) {
      if (x.gradient === undefined) return;
      const dy = y.gradient!;
      kernels.clampRowsBackward(
        ...addresses(dy),
        ...addresses(value),
        ...addresses(x.gradient),
        count,
        x.height,
        rowBytes,
        range.lo,
        range.hi,
      );
    },
  };
}
