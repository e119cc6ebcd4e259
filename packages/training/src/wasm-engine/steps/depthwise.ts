import type { Depthwise } from "../network.ts";
import { stridePhases } from "../stride-phases.ts";
import { addresses, type Tensor } from "../tensor.ts";
import { clampedOutput } from "./clamped-output.ts";
import type { Step, Workshop } from "./step.ts";

/** x [count, height, width, channels] → y [count, out height, out width, channels] */
export function depthwiseStep(workshop: Workshop, layer: Depthwise, x: Tensor, y: Tensor): Step {
  const { kernels, parameters } = workshop;
  const { window, range, kernel } = layer;
  const weights = parameters.get(kernel);
  const output = clampedOutput(workshop, layer.bias, range, y);
  const pixelBytes = x.channels * 4;
  const { at, batchBytes, rowBytes } = x.value;
  const corner = at - window.padTop * rowBytes - window.padLeft * pixelBytes;
  const reading = [
    corner,
    batchBytes,
    rowBytes,
    pixelBytes,
    window.strideY * rowBytes,
    window.strideX * pixelBytes,
  ];
  const inputGradient = x.gradient && depthwiseInputGradient(workshop, layer, x, y);
  return {
    forward({ count }) {
      kernels.depthwise(
        ...reading,
        weights.at,
        output.biasAt,
        ...addresses(y.value),
        pixelBytes,
        count,
        y.height,
        y.width,
        y.channels,
        window.height,
        window.width,
        range.lo,
        range.hi,
      );
    },
    backward({ count }) {
      output.backward(count);
      const dz = y.gradient!;
      if (kernel.isTrained) {
        kernels.depthwiseFilterGradient(
          ...reading,
          ...addresses(dz),
          weights.gradientAt,
          count,
          y.height,
          y.width,
          y.channels,
          window.height,
          window.width,
        );
      }
      inputGradient?.(count);
    },
  };
}

function depthwiseInputGradient(
  { kernels, allocate, constant, parameters }: Workshop,
  { window, kernel }: Depthwise,
  x: Tensor,
  y: Tensor,
): (count: number) => void {
  const weights = parameters.get(kernel);
  const dz = y.gradient!;
  const dx = x.gradient!;
  const pixelBytes = x.channels * 4;
  const zeros = constant(x.channels, 0);
  const flipped = allocate(window.height * window.width * pixelBytes);
  const phasesY = stridePhases(x.height, window.height, window.strideY, window.padTop);
  const phasesX = stridePhases(x.width, window.width, window.strideX, window.padLeft);
  return (count) => {
    for (const py of phasesY) {
      for (const px of phasesX) {
        kernels.flipDepthwiseFilter(
          weights.at,
          window.width,
          x.channels,
          py.first,
          window.strideY,
          py.taps,
          px.first,
          window.strideX,
          px.taps,
          flipped,
        );
        const from = dz.at + py.start * dz.rowBytes + px.start * pixelBytes;
        const to = dx.at + py.phase * dx.rowBytes + px.phase * pixelBytes;
        kernels.depthwise(
          from,
          dz.batchBytes,
          dz.rowBytes,
          pixelBytes,
          dz.rowBytes,
          pixelBytes,
          flipped,
          zeros,
          to,
          dx.batchBytes,
          window.strideY * dx.rowBytes,
          window.strideX * pixelBytes,
          count,
          py.size,
          px.size,
          x.channels,
          py.taps,
          px.taps,
          -Infinity,
          Infinity,
        );
      }
    }
  };
}
