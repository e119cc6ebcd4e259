import type { Pool } from "../network.ts";
import { addresses, place, type Tensor } from "../tensor.ts";
import type { Step, Workshop } from "./step.ts";

/**
 * x [count, height, width, channels] → y [count, out height, out width, channels]
 *
 * The gradient of a mean goes in equal shares to the pixels that it was taken of. TensorFlow.js divides by
 * the whole window even where a part of it is outside the image, and so has another gradient at the
 * edges of padded images.
 */
export function poolStep(workshop: Workshop, layer: Pool, x: Tensor, y: Tensor): Step {
  const { kernels, allocate, capacity } = workshop;
  const { window } = layer;
  const sizes = [
    x.height,
    x.width,
    y.height,
    y.width,
    x.channels,
    window.height,
    window.width,
    window.strideY,
    window.strideX,
    window.padTop,
    window.padLeft,
  ];
  const forth = [...addresses(x.value), ...addresses(y.value)];
  const back = x.gradient && {
    dy: addresses(y.gradient!),
    dx: addresses(x.gradient),
  };
  // pixels in no pool keep the zero they began with
  const overlaps = window.strideY < window.height || window.strideX < window.width ? 1 : 0;
  if (layer.kind === "average-pool") {
    return {
      forward: ({ count }) => kernels.averagePoolForward(...forth, count, ...sizes),
      backward({ count }) {
        if (back) kernels.averagePoolBackward(...back.dy, ...back.dx, overlaps, count, ...sizes);
      },
    };
  }
  const winners = place(allocate, capacity, y).at;
  return {
    forward: ({ count }) => kernels.maxPoolForward(...forth, winners, count, ...sizes),
    backward({ count }) {
      if (back) kernels.maxPoolBackward(...back.dy, winners, ...back.dx, overlaps, count, ...sizes);
    },
  };
}
