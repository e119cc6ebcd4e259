import type { Convolution, Layer } from "../network.ts";
import { addresses, place, type Tensor } from "../tensor.ts";
import { clampedOutput } from "./clamped-output.ts";
import type { Step, Workshop } from "./step.ts";

/**
 * Whether a layer has one step together with the next: a convolution 3×3 of one channel whose input
 * needs no gradient, and max-pooling 2×2. It is how most small image networks begin.
 */
export function isConvolutionPool(
  layer: Layer,
  next: Layer | undefined,
  x: Tensor,
): layer is Convolution {
  if (layer.kind !== "convolution" || next?.kind !== "max-pool") return false;
  const { window } = layer;
  const pool = next.window;
  return (
    x.channels === 1 &&
    x.gradient === undefined &&
    [window.height, window.width].every((size) => size === 3) &&
    [window.strideY, window.strideX].every((stride) => stride === 1) &&
    [pool.height, pool.width, pool.strideY, pool.strideX].every((size) => size === 2) &&
    // no pool is cut off
    pool.outHeight * 2 <= window.outHeight &&
    pool.outWidth * 2 <= window.outWidth
  );
}

/** x [count, height, width, 1] → y [count, out height, out width, filters], pooled */
export function convolutionPoolStep(
  workshop: Workshop,
  layer: Convolution,
  x: Tensor,
  y: Tensor,
): Step {
  const { kernels, allocate, parameters, capacity } = workshop;
  const { window, range, kernel } = layer;
  const weights = parameters.get(kernel);
  const output = clampedOutput(workshop, layer.bias, range, y);
  const packed = allocate(9 * y.channels * 4);
  const patches = place(allocate, capacity, y).at;
  const { batchBytes, rowBytes } = x.value;
  const corner = x.value.at - window.padTop * rowBytes - window.padLeft * 4;
  return {
    forward({ count }) {
      kernels.convolutionPoolForward(
        corner,
        batchBytes,
        rowBytes,
        weights.at,
        output.biasAt,
        ...addresses(y.value),
        patches,
        packed,
        count,
        y.height,
        y.width,
        y.channels,
        range.lo,
        range.hi,
      );
    },
    backward({ count }) {
      output.backward(count);
      const dz = y.gradient!;
      if (!kernel.isTrained) return;
      kernels.convolutionPoolFilterGradient(
        rowBytes,
        patches,
        ...addresses(dz),
        weights.gradientAt,
        count,
        y.height,
        y.width,
        y.channels,
      );
    },
  };
}
