import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { learningRateOf, setLearningRate } from "./optimizer.ts";
import { softmaxOutput, type SoftmaxOutput } from "./softmax-output.ts";
import { stateOf } from "./tfjs-state.ts";
import type { Batch, BatchResult, Evaluator, StepSize, TrainingEngine } from "./training-engine.ts";

/**
 * Trains with TensorFlow.js on the selected backend, the model's weights in place.
 *
 * Each batch becomes a fresh tensor: on wasm, a slice of a large resident tensor copies all of it.
 *
 * @throws UserError `unsupported-model` or `unsupported-layer`
 */
export function tfjsEngine(model: LayersModel, optimizer: tf.Optimizer): TrainingEngine {
  refuseDilation(model);
  const output = softmaxOutput(model);
  const variables = model.trainableWeights.map((weight) => weight.read() as tf.Variable);
  if (variables.length === 0) {
    throw new UserError("unsupported-model", `model "${model.name}" has no weights to train`);
  }

  const decayed = variables.filter(({ rank }) => rank > 1);

  function trainBatch(batch: Batch, decay: number): BatchResult {
    let result: BatchResult | undefined;
    const { grads } = tf.variableGrads(() => {
      const loss = withGradient(output.apply(toTensor(batch), true), (values) => {
        const {
          loss: value,
          correct,
          gradient,
        } = output.crossEntropy(values, batch.labels, batch.targets);
        result = { loss: value, correct };
        return { value, gradient };
      });
      const penalties = model.calculateLosses();
      result = { ...result!, loss: result!.loss + total(penalties) };
      return penalties.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty), loss);
    }, variables);
    if (decay > 0) for (const weight of decayed) weight.assign(tf.mul(weight, 1 - decay));
    optimizer.applyGradients(grads);
    return result!;
  }

  return {
    ...evaluatorOf(model, output),
    trainBatch(batch, size: StepSize = {}) {
      const { learningRate = learningRateOf(optimizer), weightDecay = 0 } = size;
      if (learningRate !== learningRateOf(optimizer)) setLearningRate(optimizer, learningRate);
      try {
        return inScope(() => trainBatch(batch, learningRate * weightDecay));
      } catch (error) {
        throw explained(error, model);
      }
    },
    ...stateOf(model, optimizer),
    // it has nothing of its own
    writeBack: async () => {},
  };
}

/** @throws UserError `unsupported-model` */
export function tfjsEvaluator(model: LayersModel): Evaluator {
  return evaluatorOf(model, softmaxOutput(model));
}

function evaluatorOf(model: LayersModel, { apply, crossEntropy }: SoftmaxOutput): Evaluator {
  return {
    evaluateBatch(batch) {
      return inScope(() => {
        const values = apply(toTensor(batch), false).dataSync() as Float32Array;
        const { loss, correct } = crossEntropy(values, batch.labels);
        return { loss: loss + total(model.calculateLosses()), correct };
      });
    },
  };
}

/** `tf.tidy` for a result that is not made of tensors. */
function inScope<T>(action: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = action();
  });
  return result as T;
}

function toTensor({ count, shape, pixels }: Batch): tf.Tensor {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = shades[pixels[i]!]!;
  return tf.tensor(values, [count, ...shape], "float32");
}

/** 0..255 → 0..1; to look it up is faster than to divide. */
const shades = Float32Array.from({ length: 256 }, (_, pixel) => pixel / 255);

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

/** A gradient that the backend lacks is the user's to avoid; anything else is thrown as it is. */
function explained(error: unknown, model: LayersModel): unknown {
  if (!(error instanceof Error)) return error;
  const missing = /^Kernel '(\w+)' not registered for backend '(\w+)'/.exec(error.message);
  if (missing === null) return error;
  return new UserError(
    "unsupported-layer",
    `model "${model.name}" cannot be trained on the backend ${missing[2]}, which lacks ${missing[1]}`,
    { hint: "Select another backend, tfjs-node or cpu.", cause: error },
  );
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
