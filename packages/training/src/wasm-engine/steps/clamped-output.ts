import type { Range, Weight } from "../network.ts";
import { addresses, type Tensor } from "../tensor.ts";
import type { Workshop } from "./step.ts";

/** What layers with a bias and a clamp behind it share. */
export interface ClampedOutput {
  /** [channels], zeros if the layer has none. */
  readonly biasAt: number;
  /** [channels], its gradient once `backward` ran. */
  readonly biasGradientAt: number;
  /** Output gradient → that before the clamp, in place, and the bias's if it is trained or `needsSum`. */
  readonly backward: (count: number) => void;
}

export function clampedOutput(
  { kernels, constant, parameters }: Workshop,
  bias: Weight | undefined,
  { lo, hi }: Range,
  { height, width, channels, value, gradient }: Tensor,
  needsSum = false,
): ClampedOutput {
  const parameter = bias && parameters.get(bias);
  const biasGradientAt = parameter?.gradientAt ?? constant(channels, 0);
  const clamps = lo > -Infinity || hi < Infinity;
  return {
    biasAt: parameter?.at ?? constant(channels, 0),
    biasGradientAt,
    backward(count) {
      const from = addresses(gradient!);
      if (clamps) {
        kernels.throughClamp(
          ...from,
          ...addresses(value),
          biasGradientAt,
          count,
          height,
          width,
          channels,
          lo,
          hi,
        );
      } else if (needsSum || bias?.isTrained === true) {
        kernels.sumPositions(...from, biasGradientAt, count, height, width, channels);
      }
    },
  };
}
