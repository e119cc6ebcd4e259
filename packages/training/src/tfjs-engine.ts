import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { CrossEntropy } from "./cross-entropy.ts";
import { softmaxOutput } from "./softmax-output.ts";
import type { Batch, TrainingEngine } from "./training-engine.ts";

/**
 * Computes with TensorFlow.js on the selected backend. Trains the model's weights in place.
 *
 * Each batch becomes a fresh tensor: on wasm, a slice of a large resident tensor copies all of it.
 *
 * @throws UserError `unsupported-model` or `unsupported-layer`
 */
export function tfjsEngine(model: LayersModel, optimizer?: tf.Optimizer): TrainingEngine {
  refuseDilation(model);
  const { apply, crossEntropy } = softmaxOutput(model);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);

  return {
    trainBatch(batch) {
      if (optimizer === undefined) throw new Error("this engine was made without an optimizer");
      let result: CrossEntropy | undefined;
      let penalty = 0;
      tf.tidy(() => {
        const { grads } = tf.variableGrads(() => {
          const output = apply(toTensor(batch), true);
          const loss = withGradient(output, (values) => {
            result = crossEntropy(values, batch.labels);
            return { value: result.loss, gradient: result.gradient };
          });
          const penalties = model.calculateLosses();
          penalty = total(penalties);
          return penalties.reduce<tf.Scalar>((sum, each) => tf.add(sum, each), loss);
        }, variables);
        optimizer.applyGradients(grads);
      });
      return { loss: result!.loss + penalty, correct: result!.correct };
    },

    evaluateBatch(batch) {
      return tf.tidy(() => {
        const output = apply(toTensor(batch), false).dataSync() as Float32Array;
        const { loss, correct } = crossEntropy(output, batch.labels);
        return { loss: loss + total(model.calculateLosses()), correct };
      });
    },
  };
}

function toTensor({ count, shape, images }: Batch): tf.Tensor {
  return tf.tensor(images, [count, ...shape], "float32");
}

/** A function of a tensor computed outside TensorFlow.js, with its gradient, for the backward pass. */
function withGradient(
  input: tf.Tensor,
  compute: (values: Float32Array) => { value: number; gradient: Float32Array },
): tf.Scalar {
  const operation = tf.customGrad((x) => {
    const { shape } = x as tf.Tensor;
    const { value, gradient } = compute((x as tf.Tensor).dataSync() as Float32Array);
    return {
      value: tf.scalar(value),
      gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.tensor(gradient, shape)),
    };
  });
  return operation(input) as tf.Scalar;
}

/** Of the penalties that regularizers ask for. Keras counts them into the loss. */
function total(penalties: readonly tf.Scalar[]): number {
  return penalties.reduce((sum, penalty) => sum + penalty.dataSync()[0]!, 0);
}

/** @throws UserError, because the gradients of TensorFlow.js take no dilated convolution */
function refuseDilation(model: LayersModel): void {
  const dilated = model.layers.filter((layer) => {
    const { dilationRate } = layer.getConfig();
    return [dilationRate].flat().some((rate) => typeof rate === "number" && rate > 1);
  });
  if (dilated.length === 0) return;
  const names = dilated.map((layer) => `"${layer.name}" (${layer.getClassName()})`);
  throw new UserError(
    "unsupported-layer",
    `TensorFlow.js has no gradient for dilated convolutions: ${names.join(", ")}`,
    { hint: "Use dilationRate 1, or train elsewhere and load the model." },
  );
}
