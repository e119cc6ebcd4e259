import type { BatchNormalization } from "../network.ts";
import { addresses, type Tensor } from "../tensor.ts";
import { clampedOutput } from "./clamped-output.ts";
import type { Step, Workshop } from "./step.ts";

/**
 * Normalizes with the statistics of the batch in training, with the moving ones otherwise.
 *
 * Training moves these towards the batch's, also in a frozen layer, as in TensorFlow.js.
 */
export function batchNormalizationStep(
  workshop: Workshop,
  layer: BatchNormalization,
  x: Tensor,
  y: Tensor,
): Step {
  const { kernels, allocate, constant, parameters } = workshop;
  const { range, epsilon } = layer;
  const { height, width, channels } = x;
  const gamma = layer.gamma && parameters.get(layer.gamma);
  const gammaAt = gamma?.at ?? constant(channels, 1);
  const dGammaAt = gamma?.gradientAt ?? constant(channels, 0);
  const output = clampedOutput(workshop, layer.beta, range, y, true);
  const movingMeanAt = parameters.get(layer.movingMean).at;
  const movingVarianceAt = parameters.get(layer.movingVariance).at;
  const meanAt = allocate(channels * 4);
  const varianceAt = allocate(channels * 4);
  const values = addresses(x.value);
  const decay = 1 - layer.momentum;
  return {
    forward({ count, training }) {
      const size = [count, height, width, channels];
      if (training !== undefined) {
        kernels.batchStatistics(...values, meanAt, varianceAt, ...size);
        kernels.moveAverage(movingMeanAt, meanAt, decay, channels);
        kernels.moveAverage(movingVarianceAt, varianceAt, decay, channels);
      }
      kernels.normalize(
        ...values,
        ...addresses(y.value),
        ...(training === undefined ? [movingMeanAt, movingVarianceAt] : [meanAt, varianceAt]),
        gammaAt,
        output.biasAt,
        epsilon,
        ...size,
        range.lo,
        range.hi,
      );
    },
    backward({ count }) {
      output.backward(count);
      const dz = y.gradient!;
      const dx = x.gradient ?? { at: 0, batchBytes: 0, rowBytes: 0 };
      kernels.normalizeBackward(
        ...values,
        ...addresses(dz),
        ...addresses(dx),
        meanAt,
        varianceAt,
        gammaAt,
        epsilon,
        dGammaAt,
        output.biasGradientAt,
        count,
        height,
        width,
        channels,
      );
    },
  };
}
