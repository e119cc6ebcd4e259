import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { crossEntropyOfLogits } from "../cross-entropy.ts";
import { learningRateOf, setLearningRate } from "../optimizer.ts";
import { stateOf } from "../tfjs-state.ts";
import type { Batch, BatchResult, TrainingEngine } from "../training-engine.ts";
import type { FakeQuantizedNetwork } from "./fake-quantized-network.ts";

/** Trains a network that rounds, with TensorFlow.js on the selected backend, the model's weights in place. */
export function fakeQuantizedEngine(
  model: LayersModel,
  optimizer: tf.Optimizer,
  { logits }: FakeQuantizedNetwork,
): TrainingEngine {
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const decayed = variables.filter(({ rank }) => rank > 1);
  return {
    evaluateBatch(batch) {
      let result: BatchResult | undefined;
      tf.tidy(() => {
        const how = { training: false, observe: false, round: true };
        const values = logits(imagesOf(batch), how).dataSync() as Float32Array;
        result = crossEntropyOfLogits(values, batch.labels);
      });
      return result!;
    },
    trainBatch(batch, { learningRate = learningRateOf(optimizer), weightDecay = 0 } = {}) {
      if (learningRate !== learningRateOf(optimizer)) setLearningRate(optimizer, learningRate);
      let result: BatchResult | undefined;
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => {
          const values = logits(imagesOf(batch), { training: true, observe: true, round: true });
          const loss = tf.customGrad((x) => {
            const output = (x as tf.Tensor).dataSync() as Float32Array;
            const all = crossEntropyOfLogits(output, batch.labels, batch.targets);
            result = all;
            return {
              value: tf.scalar(all.loss),
              gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.tensor(all.gradient, values.shape)),
            };
          });
          return loss(values) as tf.Scalar;
        }, variables);
        if (weightDecay > 0) {
          for (const weight of decayed)
            weight.assign(tf.mul(weight, 1 - learningRate * weightDecay));
        }
        optimizer.applyGradients(grads);
      });
      return result!;
    },
    ...stateOf(model, optimizer),
    writeBack: async () => {},
  };
}

/** 0..255 → 0..1 */
export function imagesOf({ count, shape, pixels }: Batch): tf.Tensor {
  const values = Float32Array.from(pixels, (pixel) => pixel / 255);
  return tf.tensor(values, [count, ...shape], "float32");
}
