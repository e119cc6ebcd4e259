import * as tf from "@tensorflow/tfjs-core";

/** Integers from `lowest` to `highest` that stand for `scale × (q − zeroPoint)`. */
export interface ActivationGrid {
  readonly scale: number;
  readonly zeroPoint: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * Values as an int8 network has them: rounded to the nearest multiple of the scale, and cut off at the ends. The gradient
 * goes straight through where nothing is cut off, and is 0 elsewhere.
 *
 * Source: Bengio et al., "Estimating or Propagating Gradients Through Stochastic Neurons", arXiv:1308.3432 (straight-through
 * estimator); Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference",
 * CVPR 2018, section 3.
 */
export function fakeQuantizeActivations<T extends tf.Tensor>(
  values: T,
  { scale, zeroPoint, lowest, highest }: ActivationGrid,
): T {
  const operation = tf.customGrad((x, save) => {
    const input = x as T;
    (save as tf.GradSaveFunc)([input]);
    const steps = tf.round(tf.div(input, scale));
    const kept = tf.clipByValue(steps, lowest - zeroPoint, highest - zeroPoint);
    return {
      value: tf.mul(kept, scale),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const low = (lowest - zeroPoint - 0.5) * scale;
        const high = (highest - zeroPoint + 0.5) * scale;
        const isKept = tf.logicalAnd(
          tf.greaterEqual(saved[0]!, low),
          tf.lessEqual(saved[0]!, high),
        );
        return tf.mul(dy, tf.cast(isKept, "float32"));
      },
    };
  });
  return operation(values) as T;
}

/** Where weights may lie: multiples of a scale, from −limit to limit. */
export interface WeightGrid {
  /** 127 for int8, 7 for int4. */
  readonly limit: number;
  /** Axes over which weights share a scale, which is the largest magnitude among them by `limit`. */
  readonly sharedAxes: readonly number[];
}

/** Weights as they will be stored. The gradient goes straight through: nothing is cut off. */
export function fakeQuantizeWeights<T extends tf.Tensor>(
  weights: T,
  { limit, sharedAxes }: WeightGrid,
): T {
  const operation = tf.customGrad((x) => {
    const input = x as T;
    const largest = tf.max(tf.abs(input), [...sharedAxes], true);
    // Where all are 0 any scale does.
    const scale = tf.div(tf.maximum(largest, smallestMagnitude), limit);
    const steps = tf.clipByValue(tf.round(tf.div(input, scale)), -limit, limit);
    return { value: tf.mul(steps, scale), gradFunc: (dy: tf.Tensor) => dy };
  });
  return operation(weights) as T;
}

const smallestMagnitude = 1e-30;
