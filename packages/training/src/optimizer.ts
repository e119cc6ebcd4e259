import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";

/**
 * The optimizer that a model is trained with: its own, with all its state, or a new Adam.
 *
 * The model is compiled with it, so that it is saved and loaded together with the model. A learning
 * rate given is taken over into an Adam that goes on.
 *
 * @throws UserError `invalid-options` for a learning rate and an optimizer other than Adam
 */
export async function optimizerFor(
  model: LayersModel,
  learningRate: number | undefined,
): Promise<tf.Optimizer> {
  const own = model.optimizer as tf.Optimizer | undefined;
  if (own !== undefined && learningRate === undefined) return own;
  if (own !== undefined && own.getClassName() !== "Adam") {
    throw new UserError(
      "invalid-options",
      `learningRate is given, but the model brings its own optimizer, ${own.getClassName()}`,
      { hint: "Leave out learningRate, or compile the model with the optimizer you want." },
    );
  }
  const optimizer =
    own === undefined ? tf.train.adam(learningRate ?? 1e-3) : await withRate(own, learningRate!);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return optimizer;
}

async function withRate(adam: tf.Optimizer, learningRate: number): Promise<tf.Optimizer> {
  const { beta1, beta2, epsilon } = adam.getConfig() as Record<string, number>;
  const next = tf.train.adam(learningRate, beta1, beta2, epsilon);
  const state = await adam.getWeights();
  await next.setWeights(state);
  state[0]!.tensor.dispose(); // the step counter is made for the occasion
  adam.dispose();
  return next;
}

/** What each step of an optimizer begins with. */
export function learningRateOf(optimizer: tf.Optimizer): number {
  return optimizer.getConfig()["learningRate"] as number;
}

export function setLearningRate(optimizer: tf.Optimizer, learningRate: number): void {
  if ("setLearningRate" in optimizer) {
    // plain descent and momentum keep a tensor of it too
    (optimizer as tf.SGDOptimizer).setLearningRate(learningRate);
  } else {
    (optimizer as unknown as { learningRate: number }).learningRate = learningRate;
  }
}
