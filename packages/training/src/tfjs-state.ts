import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { NamedArray } from "./checkpoint/safetensors.ts";
import type { TrainingEngine } from "./training-engine.ts";

/** What a training in TensorFlow.js goes on from: the model's weights and all that its optimizer keeps. */
export function stateOf(
  model: LayersModel,
  optimizer: tf.Optimizer,
): Pick<TrainingEngine, "readWeights" | "readState" | "writeState"> {
  const readWeights = () =>
    Promise.all(model.weights.map((each) => copied(each.name, each.read())));
  return {
    readWeights,
    async readState() {
      const [counter, ...kept] = await stateOfOptimizer(optimizer);
      counter!.tensor.dispose(); // made by getWeights; the others are the optimizer's own
      return {
        weights: await readWeights(),
        optimizer: await Promise.all(kept.map(({ name, tensor }) => copied(name, tensor))),
        counters: { iterations: optimizer.iterations, ...(await powersOf(optimizer)) },
      };
    },

    async writeState({ weights, optimizer: kept, counters }) {
      tf.tidy(() => {
        for (const [i, weight] of model.weights.entries()) {
          const { shape, values } = weights[i]!;
          (weight.read() as tf.Variable).assign(tf.tensor(values, [...shape]));
        }
      });
      if (kept === undefined || counters === undefined) return;
      const before = await optimizer.getWeights();
      const state = [
        { name: "iter", tensor: tf.scalar(counters["iterations"]!, "int32") as tf.Tensor },
        ...kept.map(({ name, shape, values }) => ({ name, tensor: tf.tensor(values, [...shape]) })),
      ];
      await optimizer.setWeights(state);
      for (const { tensor } of [...before, ...state]) tensor.dispose();
      setPowers(optimizer, counters);
    },
  };
}

/** @throws UserError `unsupported-optimizer` */
async function stateOfOptimizer(
  optimizer: tf.Optimizer,
): Promise<Awaited<ReturnType<tf.Optimizer["getWeights"]>>> {
  try {
    return await optimizer.getWeights();
  } catch (cause) {
    throw new UserError(
      "unsupported-optimizer",
      `the state of the optimizer ${optimizer.getClassName()} cannot be kept: ${(cause as Error).message}`,
      { hint: "Train with Adam, or without checkpoints.", cause },
    );
  }
}

async function copied(name: string, tensor: tf.Tensor): Promise<NamedArray> {
  return { name, shape: tensor.shape, values: Float32Array.from(await tensor.data()) };
}

/**
 * Adam's powers of its betas: setWeights takes `betaⁱ⁺¹` for them, which differs in the last digit from what i
 * steps make of them.
 *
 * Source: `AdamOptimizer`, tfjs-core/src/optimizers/adam_optimizer.ts.
 */
async function powersOf(optimizer: tf.Optimizer): Promise<Record<string, number>> {
  const powers: Record<string, number> = {};
  for (const name of ["accBeta1", "accBeta2"] as const) {
    const variable = (optimizer as Partial<Powers>)[name];
    if (variable !== undefined) powers[name] = (await variable.data())[0]!;
  }
  return powers;
}

function setPowers(optimizer: tf.Optimizer, counters: Readonly<Record<string, number>>): void {
  tf.tidy(() => {
    for (const name of ["accBeta1", "accBeta2"] as const) {
      const variable = (optimizer as Partial<Powers>)[name];
      if (variable !== undefined) variable.assign(tf.scalar(counters[name]!));
    }
  });
}

type Powers = tf.Optimizer & Readonly<Record<"accBeta1" | "accBeta2", tf.Variable>>;
