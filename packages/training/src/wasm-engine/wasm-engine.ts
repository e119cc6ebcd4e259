import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { NamedArray } from "../checkpoint/safetensors.ts";
import type { Batch, BatchResult, Evaluator, TrainingEngine } from "../training-engine.ts";
import { learningRateOf } from "../optimizer.ts";
import { adam, type AdamSettings } from "./adam.ts";
import { makeMachine, type Machine, type Region } from "./machine.ts";
import type { Network, Weight } from "./network.ts";
import { readNetwork } from "./read-network.ts";

/**
 * Trains in WebAssembly made for it: forward, backward and Adam over a plan made once, in a memory of its
 * own. TensorFlow.js holds the model, on whichever backend, and computes nothing:
 * its weights and the optimizer's state stay as they are until `writeBack`.
 *
 * The same model, optimizer state, batches and seed give the same bytes on every machine.
 *
 * @param seed of dropout: 0 … 2^32 − 1
 * @param batchSize makes room for batches of so many examples at once. Evaluations go in parts as large as there is room for, and
 * the sums of parts differ in the last digit, so a training that goes on needs the room that it had
 * @throws UserError `unsupported-model`, with every reason, where `canTrain` does not say true
 */
export async function wasmEngine(
  model: LayersModel,
  optimizer: tf.Optimizer,
  { seed = 1, batchSize = 0 }: { readonly seed?: number; readonly batchSize?: number } = {},
): Promise<TrainingEngine> {
  const network = networkOf(model);
  if (optimizer.getClassName() !== "Adam") {
    throw unsupported(model, [`its optimizer is ${optimizer.getClassName()}, not Adam`]);
  }
  const machine = makeMachine(network, { seed, trains: true });
  machine.reserve(batchSize);
  const weights = allWeights(machine);
  await readWeights(machine, weights);
  const trained = trainedWeights(model, weights);
  const stepsBefore = await readState(machine, trained, optimizer);
  const settings = optimizer.getConfig() as unknown as AdamSettings;
  const optimizing = adam(machine.kernels, machine.parameters, settings, stepsBefore);
  const { iterations, step } = optimizing;
  const decayed = trained.filter(({ variable }) => variable.rank > 1);

  return {
    ...evaluatorOf(machine),
    trainBatch(batch, { learningRate = learningRateOf(optimizer), weightDecay = 0 } = {}) {
      machine.reserve(batch.count);
      const { lossSum, correct } = machine.forward(batch, 0, batch.count, iterations());
      machine.backward();
      const decay = learningRate * weightDecay;
      if (decay > 0) for (const weight of decayed) machine.scaleWeight(weight, 1 - decay);
      step(learningRate);
      return { loss: lossSum / batch.count, correct };
    },
    async readWeights() {
      return readArrays(machine, "weights", inModelOrder(model, weights));
    },
    async readState() {
      const moments = (["first-moments", "second-moments"] as const).flatMap((region) =>
        readArrays(machine, region, trained),
      );
      return {
        weights: readArrays(machine, "weights", inModelOrder(model, weights)),
        optimizer: moments,
        counters: { iterations: iterations() },
      };
    },
    async writeState({ weights: values, optimizer: moments, counters }) {
      const ordered = inModelOrder(model, weights);
      for (const [i, weight] of ordered.entries()) {
        machine.write("weights", weight, values[i]!.values);
      }
      if (moments === undefined || counters === undefined) return;
      for (const [i, array] of moments.entries()) {
        const region = i < trained.length ? "first-moments" : "second-moments";
        machine.write(region, trained[i % trained.length]!, array.values);
      }
      optimizing.resume(counters["iterations"]!);
    },
    async writeBack() {
      writeWeights(machine, weights);
      await writeState(machine, trained, optimizer, iterations());
    },
  };
}

/**
 * How well the model does with the weights it has now.
 *
 * @throws UserError `unsupported-model`, as `wasmEngine`
 */
export async function wasmEvaluator(model: LayersModel): Promise<Evaluator> {
  const machine = makeMachine(networkOf(model), { seed: 0, trains: false });
  await readWeights(machine, allWeights(machine));
  return evaluatorOf(machine);
}

function networkOf(model: LayersModel): Network {
  const read = readNetwork(model);
  if ("network" in read) return read.network;
  throw unsupported(model, read.reasons);
}

function unsupported(model: LayersModel, reasons: readonly string[]): UserError {
  return new UserError(
    "unsupported-model",
    `smidgen-wasm cannot take model "${model.name}": ${reasons.join("; ")}`,
    { hint: "Choose the backend auto: then TensorFlow.js trains what the engine cannot." },
  );
}

function evaluatorOf(machine: Machine): Evaluator {
  return {
    evaluateBatch(batch: Batch): BatchResult {
      // rather in several passes than in more memory
      if (machine.capacity() === 0) machine.reserve(batch.count);
      let loss = 0;
      let correct = 0;
      for (let start = 0; start < batch.count; start += machine.capacity()) {
        const count = Math.min(machine.capacity(), batch.count - start);
        const part = machine.forward(batch, start, count, undefined);
        loss += part.lossSum;
        correct += part.correct;
      }
      return { loss: loss / batch.count, correct };
    },
  };
}

function allWeights({ parameters }: Machine): readonly Weight[] {
  return parameters.all.map(({ weight }) => weight);
}

/** In the order in which tfjs' optimizers keep their state. */
function trainedWeights(model: LayersModel, weights: readonly Weight[]): readonly Weight[] {
  return model.trainableWeights.map((trained) =>
    weights.find(({ variable }) => variable === trained.read())!,
  );
}

/** In the order of `model.weights`. */
function inModelOrder(model: LayersModel, weights: readonly Weight[]): readonly Weight[] {
  return model.weights.map((each) => weights.find(({ variable }) => variable === each.read())!);
}

function readArrays(
  machine: Machine,
  region: Region,
  weights: readonly Weight[],
): readonly NamedArray[] {
  return weights.map((weight) => ({
    name: weight.variable.name,
    shape: weight.variable.shape,
    values: machine.read(region, weight),
  }));
}

async function readWeights(machine: Machine, weights: readonly Weight[]): Promise<void> {
  for (const weight of weights) machine.write("weights", weight, await weight.variable.data());
}

function writeWeights(machine: Machine, weights: readonly Weight[]): void {
  tf.tidy(() => {
    for (const weight of weights) {
      const { variable } = weight;
      variable.assign(tf.tensor(machine.read("weights", weight), variable.shape));
    }
  });
}

/** Returns how many steps the optimizer has made. */
async function readState(
  machine: Machine,
  trained: readonly Weight[],
  optimizer: tf.Optimizer,
): Promise<number> {
  const [counter, ...moments] = await optimizer.getWeights();
  const [steps] = await counter!.tensor.data();
  counter!.tensor.dispose(); // made by getWeights; the others are the optimizer's own
  for (const [i, { tensor }] of moments.entries()) {
    const region = i < trained.length ? "first-moments" : "second-moments";
    machine.write(region, trained[i % trained.length]!, await tensor.data());
  }
  return steps!;
}

/** Replaces the optimizer's state, and leaves nothing of it behind. */
async function writeState(
  machine: Machine,
  trained: readonly Weight[],
  optimizer: tf.Optimizer,
  steps: number,
): Promise<void> {
  if (steps === 0) return;
  const before = await optimizer.getWeights();
  const state = [{ name: "iter", tensor: tf.scalar(steps, "int32") as tf.Tensor }];
  for (const [region, suffix] of [
    ["first-moments", "m"],
    ["second-moments", "v"],
  ] as const) {
    for (const weight of trained) {
      const { name, shape } = weight.variable;
      const tensor = tf.tensor(machine.read(region, weight), shape);
      state.push({ name: `${name}/${suffix}`, tensor });
    }
  }
  await optimizer.setWeights(state);
  for (const { tensor } of [...before, ...state]) tensor.dispose();
}
