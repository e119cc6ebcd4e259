import { UserError } from "@smidgen/errors";
import * as tf from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { largestAugmented } from "./augmentation/augmentation.ts";
import { ensureBackend } from "./backends/select-backend.ts";
import { buildModel } from "./build-model.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import { dataDigest } from "./checkpoint/identity.ts";
import { chooseEngine, type EngineChoice } from "./choose-engine.ts";
import { checkExamples, type Examples, type TrainingData } from "./examples.ts";
import { modelShape, type ModelShape } from "./model-shape.ts";
import { learningRateOf, optimizerFor } from "./optimizer.ts";
import { splitExamples } from "./split-examples.ts";
import { balancedClassWeights } from "./targets.ts";
import { checkTrainOptions, type TrainOptions, type TrainSettings } from "./train-options.ts";
import { batchMaker, type BatchMaker } from "./batch-maker.ts";
import type { TrainingEngine } from "./training-engine.ts";

/** All that stays the same through a training. */
export interface TrainingRun {
  readonly settings: TrainSettings;
  readonly model: LayersModel;
  readonly optimizer: tf.Optimizer;
  readonly engine: TrainingEngine;
  readonly choice: EngineChoice;
  readonly examples: Examples;
  /** Evaluated after every epoch. */
  readonly judges: Examples | undefined;
  readonly makeBatch: BatchMaker;
  /** What the schedule takes its shares of. */
  readonly fullRate: number;
  /** Per epoch. */
  readonly steps: number;
  /** What a checkpoint of it is known by. Costs a pass over the data. */
  readonly identity: () => Checkpoint["identity"];
}

/** @throws UserError for everything that is wrong before the first step, as `train` says */
export async function prepareRun(data: TrainingData, options: TrainOptions): Promise<TrainingRun> {
  const settings = checkTrainOptions(options);
  await ensureBackend();
  const model =
    settings.model ??
    (await buildModel(settings.architecture, {
      inputShape: data.train.shape,
      classes: data.classes?.length ?? 10,
      seed: settings.seed,
    }));
  const shape = modelShape(model);
  const [examples, judges] = partsOf(data, settings, shape);
  const classWeights = classWeightsOf(settings, examples, shape);
  const optimizer = await optimizerFor(model, settings.learningRate);
  const batchSize = Math.min(settings.batchSize, examples.count);
  const { seed } = settings;
  const { engine, choice } = await chooseEngine(model, optimizer, { seed, batchSize });
  return {
    settings,
    model,
    optimizer,
    engine,
    choice,
    examples,
    judges,
    makeBatch: batchMaker(examples, { ...settings, classes: shape.classes, classWeights }),
    fullRate: learningRateOf(optimizer),
    steps: Math.ceil(examples.count / settings.batchSize),
    identity: identityOf(data, settings, model, optimizer, choice),
  };
}

/** What to learn from, and what to evaluate after every epoch. */
function partsOf(
  data: TrainingData,
  { validationSplit, seed, augmentation, earlyStopping }: TrainSettings,
  shape: ModelShape,
): readonly [Examples, Examples | undefined] {
  checkExamples("train", data.train, shape);
  if (data.validation !== undefined) checkExamples("validation", data.validation, shape);
  if (data.test !== undefined) checkExamples("test", data.test, shape);
  if (augmentation !== undefined) checkAugmented(data.train.shape);
  const { monitor = "valLoss" } = earlyStopping ?? {};
  if (
    earlyStopping !== undefined &&
    monitor.startsWith("val") &&
    validationSplit === 0 &&
    data.validation === undefined
  ) {
    throw new UserError(
      "invalid-options",
      `earlyStopping watches ${monitor}, and there are no validation examples` +
        (data.test === undefined ? "" : "; test examples are not to choose by"),
      { hint: "Set validationSplit, to 0.1 for instance, or give validation examples." },
    );
  }
  if (validationSplit === 0) return [data.train, data.validation ?? data.test];
  if (data.validation !== undefined) {
    throw new UserError(
      "invalid-options",
      "validationSplit is given, and there are validation examples already",
    );
  }
  const [kept, heldBack] = splitExamples(data.train, validationSplit, seed);
  if (kept.count === 0) {
    throw new UserError(
      "empty-dataset",
      `validationSplit ${validationSplit} leaves none of ${data.train.count} examples to learn from`,
    );
  }
  return [kept, heldBack];
}

function checkAugmented(shape: readonly number[]): void {
  if (shape.length === 3 && shape[0]! <= largestAugmented && shape[1]! <= largestAugmented) return;
  throw new UserError(
    "shape-mismatch",
    `examples of [${shape.join(", ")}] cannot be augmented: that takes images ` +
      `[height, width, channels] of up to ${largestAugmented} × ${largestAugmented} pixels`,
  );
}

function classWeightsOf(
  { classWeights }: TrainSettings,
  { labels }: Examples,
  { classes }: ModelShape,
): readonly number[] | undefined {
  if (classWeights === "balanced") return balancedClassWeights(labels, classes);
  if (classWeights !== undefined && classWeights.length !== classes) {
    throw new UserError(
      "invalid-options",
      `there are ${classWeights.length} classWeights for ${classes} classes`,
    );
  }
  return classWeights;
}

function identityOf(
  data: TrainingData,
  settings: TrainSettings,
  model: LayersModel,
  optimizer: tf.Optimizer,
  choice: EngineChoice,
): () => Checkpoint["identity"] {
  const { epochs, batchSize, seed, schedule, augmentation, mixup, earlyStopping } = settings;
  const { labelSmoothing, classWeights, weightDecay, validationSplit } = settings;
  const identity = {
    engine: choice.name === "smidgen-wasm" ? choice.name : `${choice.name} on ${tf.getBackend()}`,
    // names differ with what else a process has built
    layers: model.layers.map((layer) => layer.getClassName()).join(" "),
    weights: model.weights.map(({ shape }) => shape.join("×")).join(" "),
    optimizer: { name: optimizer.getClassName(), ...optimizer.getConfig() },
    epochs,
    batchSize,
    seed,
    schedule,
    augmentation,
    mixup,
    earlyStopping,
    labelSmoothing,
    classWeights,
    weightDecay,
    validationSplit,
  };
  return () => ({ ...identity, data: dataDigest([data.train, data.validation, data.test]) });
}
