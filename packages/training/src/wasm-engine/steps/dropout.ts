import { mixBits } from "../../random-at.ts";
import type { Dropout } from "../network.ts";
import { addresses, type Placed, type Tensor } from "../tensor.ts";
import type { Pass, Step, Workshop } from "./step.ts";

/**
 * In training, values become 0 at random and the others larger by 1 / (1 − rate). y has the shape of x.
 *
 * What is dropped is a function of the seed, the layer and the step: the layer's own seed if it has one.
 * TensorFlow.js, given a seed, drops the same values in every step.
 *
 * @param index which of the network's layers it is
 */
export function dropoutStep(
  { kernels, seed }: Workshop,
  layer: Dropout,
  index: number,
  x: Tensor,
  y: Tensor,
): Step {
  const rowBytes = x.width * x.channels * 4;
  const layerKey = layer.seed === undefined ? mixBits(mixBits(seed) + index) : mixBits(layer.seed);
  const threshold = Math.min(Math.round(layer.rate * 2 ** 31), 2 ** 31 - 1);
  function apply({ count, training }: Pass, from: Placed, to: Placed): void {
    const isOff = training === undefined;
    kernels.dropout(
      ...addresses(from),
      ...addresses(to),
      count,
      x.height,
      rowBytes,
      layerKey,
      isOff ? 0 : mixBits(layerKey + training + 1),
      ...(isOff ? [0, 1] : [threshold, 1 / (1 - layer.rate)]),
    );
  }
  return {
    forward: (pass) => apply(pass, x.value, y.value),
    backward(pass) {
      if (x.gradient) apply(pass, y.gradient!, x.gradient);
    },
  };
}
