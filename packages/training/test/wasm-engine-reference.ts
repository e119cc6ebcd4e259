import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { Batch } from "../src/training-engine.ts";

/** Noise with random labels: it need not be learned. */
export function noise(count: number, shape: readonly number[], classes: number, seed = 1): Batch {
  const random = xoroshiro128plus(seed);
  const length = shape.reduce((product, size) => product * size, count);
  return {
    count,
    shape,
    pixels: Uint8Array.from({ length }, () => uniformInt(random, 0, 255)),
    labels: Uint8Array.from({ length: count }, () => uniformInt(random, 0, classes - 1)),
  };
}

/** Weights that the same seed gives on every machine, spread enough for no gradient to vanish. */
export function setWeights(model: LayersModel, seed = 1): void {
  const random = xoroshiro128plus(seed);
  tf.tidy(() => {
    model.setWeights(
      model.weights.map(({ originalName, shape }) => {
        const sizes = shape as number[];
        const length = sizes.reduce((product, size) => product * size, 1);
        const inputs = sizes.slice(0, -1).reduce((product, size) => product * size, 1);
        const [low, high] = /variance|gamma/.test(originalName) ? [0.5, 1.5] : [-1.5, 1.5];
        const scale = sizes.length > 1 ? 1 / Math.sqrt(inputs) : 1;
        return tf.tensor(
          Float32Array.from(
            { length },
            () => (low + (high - low) * uniformFloat64(random)) * scale,
          ),
          sizes,
        );
      }),
    );
  });
}

/** What TensorFlow.js says: loss and gradients by its own operators throughout. */
export function reference(
  model: LayersModel,
  { count, shape, pixels, labels }: Batch,
): { loss: number; gradients: readonly Float32Array[] } {
  const classes = model.outputs[0]!.shape[1]!;
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  let result: { loss: number; gradients: readonly Float32Array[] } | undefined;
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(() => {
      const probabilities = model.apply(
        tf.tensor(
          Float32Array.from(pixels, (pixel) => pixel / 255),
          [count, ...shape],
        ),
        { training: true },
      );
      const wanted = tf.oneHot(tf.tensor1d(Int32Array.from(labels), "int32"), classes);
      const likelihood = tf.sum(tf.mul(probabilities as tf.Tensor, tf.cast(wanted, "float32")), 1);
      return tf.neg(tf.mean(tf.log(likelihood)));
    }, variables);
    result = {
      loss: value.dataSync()[0]!,
      gradients: variables.map(({ name }) => grads[name]!.dataSync() as Float32Array),
    };
  });
  return result!;
}

/** The names of those values that differ from what is expected by more than a share of the largest. */
export function differing(
  names: readonly string[],
  values: readonly ArrayLike<number>[],
  expected: readonly ArrayLike<number>[],
  share: number,
): readonly string[] {
  return names.flatMap((name, i) => {
    const difference = relativeDifference(values[i]!, expected[i]!);
    return difference <= share ? [] : [`${name} differs by ${difference}`];
  });
}

function relativeDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < a.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]!));
    difference = Math.max(difference, Math.abs(a[i]! - b[i]!));
  }
  return difference === 0 ? 0 : difference / largest;
}
