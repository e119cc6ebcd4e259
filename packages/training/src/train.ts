import { UserError } from "@smidgen/errors";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { largestAugmented } from "./augmentation/augmentation.ts";
import { ensureBackend } from "./backends/select-backend.ts";
import { breather } from "./breather.ts";
import { buildModel } from "./build-model.ts";
import { evaluateWith } from "./evaluate-model.ts";
import { chooseEngine, type EngineChoice } from "./choose-engine.ts";
import { checkExamples, type Examples, type TrainingData } from "./examples.ts";
import type { EpochRecord, TrainObserver } from "./history.ts";
import { modelShape, type ModelShape } from "./model-shape.ts";
import { learningRateOf, optimizerFor, setLearningRate } from "./optimizer.ts";
import { permutation, randomGenerator } from "./random.ts";
import { runningMean } from "./running-mean.ts";
import { scheduledShare } from "./schedule.ts";
import { splitExamples } from "./split-examples.ts";
import { balancedClassWeights } from "./targets.ts";
import { checkTrainOptions, type TrainOptions, type TrainSettings } from "./train-options.ts";
import { batchMaker } from "./training-batches.ts";

export interface TrainResult {
  /** Compiled with the optimizer that trained it. */
  readonly model: LayersModel;
  /** One record for each epoch. */
  readonly history: readonly EpochRecord[];
  readonly engine: EngineChoice;
}

/**
 * Trains a softmax classifier with cross-entropy and, unless the model brings another optimizer, Adam.
 *
 * Runs on the selected backend, selecting one if none is. The same data, options and backend give the
 * same weights, bit for bit; on TensorFlow.js as long as no layer draws random numbers (dropout).
 *
 * `loss` is what is minimized, with class weights, smoothed labels and mixup; `valLoss` is the plain cross-entropy.
 *
 * The model has its weights whenever `onEpoch` is called, and at the end, however that comes; not
 * between the steps of an epoch.
 *
 * @throws UserError `invalid-options`, `unknown-architecture`, `empty-dataset`, `shape-mismatch`,
 * `invalid-labels`, `unsupported-model`, `unsupported-layer`, or `diverged` when the loss stops being
 * a number
 */
export async function train(
  data: TrainingData,
  options: TrainOptions = {},
  observer: TrainObserver = {},
): Promise<TrainResult> {
  const settings = checkTrainOptions(options);
  const { epochs, batchSize, learningRate, seed } = settings;
  await ensureBackend();
  const model =
    settings.model ??
    (await buildModel(settings.architecture, {
      inputShape: data.train.shape,
      classes: data.classes?.length ?? 10,
      seed,
    }));
  const shape = modelShape(model);
  const [examples, judges] = partsOf(data, settings, shape);

  const optimizer = await optimizerFor(model, learningRate);
  const { engine, choice } = await chooseEngine(model, optimizer, seed);
  const makeBatch = batchMaker(examples, {
    ...settings,
    classes: shape.classes,
    classWeights: classWeightsOf(settings, examples, shape),
  });
  const fullRate = learningRateOf(optimizer);
  const random = randomGenerator(seed, "order");
  const breathe = breather();
  const steps = Math.ceil(examples.count / batchSize);
  const history: EpochRecord[] = [];
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const start = performance.now();
      const order = permutation(examples.count, random);
      const mean = runningMean();
      for (let step = 0; step < steps; step++) {
        const stepOfAll = (epoch - 1) * steps + step;
        const rate = fullRate * scheduledShare(settings.schedule, stepOfAll, { steps, epochs });
        const batch = makeBatch(epoch, order, step);
        const result = engine.trainBatch(batch, {
          learningRate: rate,
          weightDecay: settings.weightDecay,
        });
        checkLoss(result.loss, `epoch ${epoch}, step ${step + 1}`);
        mean.add(result, batch.count);
        observer.onBatch?.({
          epoch,
          epochs,
          step: step + 1,
          steps,
          learningRate: rate,
          ...mean.value(),
        });
        await breathe();
      }
      const validation = judges && (await evaluateWith(engine, judges));
      if (validation !== undefined)
        checkLoss(validation.loss, `the validation after epoch ${epoch}`);
      const record: EpochRecord = {
        epoch,
        epochs,
        steps,
        ...mean.value(),
        ...(validation && { valLoss: validation.loss, valAccuracy: validation.accuracy }),
        durationMs: performance.now() - start,
      };
      history.push(record);
      await engine.writeBack();
      observer.onEpoch?.(record);
    }
  } finally {
    await engine.writeBack();
    if (learningRateOf(optimizer) !== fullRate) setLearningRate(optimizer, fullRate);
  }
  return { model, history, engine: choice };
}

/** What to learn from, and what to evaluate after every epoch. */
function partsOf(
  data: TrainingData,
  { validationSplit, seed, augmentation }: TrainSettings,
  shape: ModelShape,
): readonly [Examples, Examples | undefined] {
  checkExamples("train", data.train, shape);
  if (data.validation !== undefined) checkExamples("validation", data.validation, shape);
  if (data.test !== undefined) checkExamples("test", data.test, shape);
  if (augmentation !== undefined) checkAugmented(data.train.shape);
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

function checkLoss(loss: number, where: string): void {
  if (Number.isFinite(loss)) return;
  throw new UserError("diverged", `the loss became ${loss} in ${where}`, {
    hint: "Lower the learning rate, and check the weights the training began with.",
  });
}
