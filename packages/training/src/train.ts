import { UserError } from "@smidgen/errors";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ensureBackend } from "./backends/select-backend.ts";
import { batches } from "./batches.ts";
import { breather } from "./breather.ts";
import { buildModel } from "./build-model.ts";
import { evaluateWith } from "./evaluate-model.ts";
import { chooseEngine, type EngineChoice } from "./choose-engine.ts";
import { checkExamples, type TrainingData } from "./examples.ts";
import type { EpochRecord, TrainObserver } from "./history.ts";
import { modelShape } from "./model-shape.ts";
import { optimizerFor } from "./optimizer.ts";
import { permutation, randomGenerator } from "./random.ts";
import { runningMean } from "./running-mean.ts";
import { checkTrainOptions, type TrainOptions } from "./train-options.ts";

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
  checkExamples("train", data.train, shape);
  if (data.test !== undefined) checkExamples("test", data.test, shape);

  const optimizer = await optimizerFor(model, learningRate);
  const { engine, choice } = await chooseEngine(model, optimizer, seed);
  const random = randomGenerator(seed, "order");
  const breathe = breather();
  const steps = Math.ceil(data.train.count / batchSize);
  const history: EpochRecord[] = [];
  try {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const start = performance.now();
      const order = permutation(data.train.count, random);
      const mean = runningMean();
      let step = 0;
      for (const batch of batches(data.train, batchSize, order)) {
        const result = engine.trainBatch(batch);
        step++;
        checkLoss(result.loss, `epoch ${epoch}, step ${step}`);
        mean.add(result, batch.count);
        observer.onBatch?.({ epoch, epochs, step, steps, ...mean.value() });
        await breathe();
      }
      const test = data.test && (await evaluateWith(engine, data.test));
      if (test !== undefined) checkLoss(test.loss, `the validation after epoch ${epoch}`);
      const record: EpochRecord = {
        epoch,
        epochs,
        steps,
        ...mean.value(),
        ...(test && { valLoss: test.loss, valAccuracy: test.accuracy }),
        durationMs: performance.now() - start,
      };
      history.push(record);
      await engine.writeBack();
      observer.onEpoch?.(record);
    }
  } finally {
    await engine.writeBack();
  }
  return { model, history, engine: choice };
}

function checkLoss(loss: number, where: string): void {
  if (Number.isFinite(loss)) return;
  throw new UserError("diverged", `the loss became ${loss} in ${where}`, {
    hint: "Lower the learning rate, and check the weights the training began with.",
  });
}
