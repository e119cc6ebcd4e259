import * as tf from "@tensorflow/tfjs-core";
import type { ActivationGrid } from "./fake-quantize.ts";

/** The range of a tensor, and how it is stored, as `quantizeGraph` of @smidgen/quantize takes it. */
export interface TrainedRange {
  readonly min: number;
  readonly max: number;
  readonly scale: number;
  readonly zeroPoint: number;
}

export interface RangeTracker {
  /** Takes another batch into account. */
  readonly see: (values: tf.Tensor) => void;
  readonly grid: () => ActivationGrid;
  readonly range: () => TrainedRange;
}

/** How much of the range stays when a batch is seen. */
const momentum = 0.99;
/** While there are few, each counts more. */
const firstMomentum = 0.8;
const firstBatches = 20;

/**
 * A moving average of the smallest and largest value of each batch.
 *
 * Source: Jacob et al., CVPR 2018, section 3.1.
 */
export function rangeTracker(): RangeTracker {
  let min = 0;
  let max = 0;
  let seen = 0;
  return {
    see(values) {
      const low = Math.min(tf.min(values).dataSync()[0]!, 0);
      const high = Math.max(tf.max(values).dataSync()[0]!, 0);
      const kept = seen === 0 ? 0 : seen < firstBatches ? firstMomentum : momentum;
      min = kept * min + (1 - kept) * low;
      max = kept * max + (1 - kept) * high;
      seen++;
    },
    grid: () => ({ ...storage(min, max), lowest, highest }),
    range: () => ({ min, max, ...storage(min, max) }),
  };
}

const lowest = -128;
const highest = 127;
const nearZero = 1e-6;

/**
 * Scale, a float32, and zero point that cover the range and 0.
 *
 * Source: `ChooseQuantizationParams`, gemmlowp doc/quantization_example.cc.
 */
function storage(min: number, max: number): { scale: number; zeroPoint: number } {
  const width = Math.max(max - min, nearZero);
  const scale = Math.fround(width / (highest - lowest));
  const zeroPoint = Math.round(lowest - min / scale);
  return { scale, zeroPoint: Math.min(Math.max(zeroPoint, lowest), highest) };
}
