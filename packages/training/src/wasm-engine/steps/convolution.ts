import type { Convolution } from "../network.ts";
import { stridePhases } from "../stride-phases.ts";
import { addresses, isPacked, type Tensor } from "../tensor.ts";
import { clampedOutput } from "./clamped-output.ts";
import type { Step, Workshop } from "./step.ts";

/** x [count, height, width, in channels] → y [count, out height, out width, filters] */
export function convolutionStep(
  workshop: Workshop,
  layer: Convolution,
  x: Tensor,
  y: Tensor,
): Step {
  const { kernels, parameters } = workshop;
  const { window, range, kernel } = layer;
  const weights = parameters.get(kernel);
  const output = clampedOutput(workshop, layer.bias, range, y);
  const pixelBytes = x.channels * 4;
  const corner = x.value.at - window.padTop * x.value.rowBytes - window.padLeft * pixelBytes;
  const run = window.width * x.channels;
  const xStepRow = window.strideY * x.value.rowBytes;
  const xStep = window.strideX * pixelBytes;
  // without neighbours all pixels of a batch are one long row
  const isOneRow =
    window.height * window.width * window.strideY * window.strideX === 1 &&
    [x.value, y.value, y.gradient ?? y.value].every((placed) =>
      isPacked(placed, placed === x.value ? x : y),
    );
  const rowsOf = (count: number): [count: number, height: number, width: number] =>
    isOneRow ? [1, 1, count * y.height * y.width] : [count, y.height, y.width];
  const inputGradient = x.gradient && convolutionInputGradient(workshop, layer, x, y);
  return {
    forward({ count }) {
      kernels.convolution(
        corner,
        x.value.batchBytes,
        x.value.rowBytes,
        xStepRow,
        xStep,
        weights.at,
        output.biasAt,
        ...addresses(y.value),
        y.channels * 4,
        ...rowsOf(count),
        y.channels,
        window.height,
        run,
        range.lo,
        range.hi,
      );
    },
    backward({ count }) {
      output.backward(count);
      const dz = y.gradient!;
      if (kernel.isTrained) {
        kernels.convolutionFilterGradient(
          corner,
          x.value.batchBytes,
          x.value.rowBytes,
          xStepRow,
          xStep,
          ...addresses(dz),
          weights.gradientAt,
          ...rowsOf(count),
          y.channels,
          window.height,
          run,
        );
      }
      inputGradient?.(count);
    },
  };
}

function convolutionInputGradient(
  { kernels, allocate, constant, parameters }: Workshop,
  { window, kernel }: Convolution,
  x: Tensor,
  y: Tensor,
): (count: number) => void {
  const weights = parameters.get(kernel);
  const dz = y.gradient!;
  const dx = x.gradient!;
  const zPixel = y.channels * 4;
  const xPixel = x.channels * 4;
  const zeros = constant(x.channels, 0);
  const flipped = allocate(window.height * window.width * y.channels * xPixel);
  const phasesY = stridePhases(x.height, window.height, window.strideY, window.padTop);
  const phasesX = stridePhases(x.width, window.width, window.strideX, window.padLeft);
  return (count) => {
    for (const py of phasesY) {
      for (const px of phasesX) {
        kernels.flipFilter(
          weights.at,
          window.width,
          x.channels,
          y.channels,
          py.first,
          window.strideY,
          py.taps,
          px.first,
          window.strideX,
          px.taps,
          flipped,
        );
        const from = dz.at + py.start * dz.rowBytes + px.start * zPixel;
        const to = dx.at + py.phase * dx.rowBytes + px.phase * xPixel;
        kernels.convolution(
          from,
          dz.batchBytes,
          dz.rowBytes,
          dz.rowBytes,
          zPixel,
          flipped,
          zeros,
          to,
          dx.batchBytes,
          window.strideY * dx.rowBytes,
          window.strideX * xPixel,
          count,
          py.size,
          px.size,
          x.channels,
          px.taps === 0 ? 0 : py.taps,
          px.taps * y.channels,
          -Infinity,
          Infinity,
        );
      }
    }
  };
}
