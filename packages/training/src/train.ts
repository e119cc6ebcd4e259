import type { LayersModel } from "@tensorflow/tfjs-layers";
import { checkpointSaver, noCheckpoints } from "./checkpoint/checkpoint-saver.ts";
import { readCheckpoint } from "./checkpoint/checkpoint-file.ts";
import { checkIdentity } from "./checkpoint/identity.ts";
import type { EngineChoice } from "./choose-engine.ts";
import type { TrainingData } from "./examples.ts";
import type { EpochRecord, TrainObserver } from "./history.ts";
import { learningRateOf, setLearningRate } from "./optimizer.ts";
import { firstProgress, runEpochs, type Ending } from "./run-epochs.ts";
import type { TrainOptions } from "./train-options.ts";
import { prepareRun } from "./training-run.ts";
import { watchFallbacks } from "./wasm-gradients/index.ts";

export interface TrainResult {
  /** Compiled with the optimizer that trained it. */
  readonly model: LayersModel;
  /** One record for each epoch that was finished, those before a checkpoint included. */
  readonly history: readonly EpochRecord[];
  readonly engine: EngineChoice;
  /** `stopped-early` by `earlyStopping`, `interrupted` by `signal`. */
  readonly end: Ending["end"];
  /**
   * Operators of TensorFlow.js that the backend has no kernel for, or a wrong one, and that were computed in plain JavaScript: its
   * WebAssembly has no gradients of convolutions and pools. Empty where our engine trained.
   */
  readonly fallbacks: readonly string[];
  /** The epoch whose weights the model got back. */
  readonly restoredEpoch?: number;
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
 * `invalid-labels`, `unsupported-model`, `unsupported-layer`, `diverged` when the loss stops being
 * a number; with a checkpoint `corrupt-checkpoint`, `checkpoint-mismatch`, `read-failed` or `write-failed`
 */
export async function train(
  data: TrainingData,
  options: TrainOptions = {},
  observer: TrainObserver = {},
): Promise<TrainResult> {
  const run = await prepareRun(data, options);
  const fallbacks = watchFallbacks();
  const { engine, model, optimizer, fullRate } = run;
  const { checkpoint, earlyStopping, epochs, seed } = run.settings;
  let saver = noCheckpoints;
  let progress = firstProgress(seed);
  let isResumed = false;
  if (checkpoint !== undefined) {
    const identity = run.identity();
    saver = checkpointSaver(checkpoint, identity, engine, observer.onCheckpoint);
    const found = checkpoint.resume ? await readCheckpoint(checkpoint.file) : undefined;
    if (found !== undefined) {
      checkIdentity(found, identity, checkpoint.file);
      await engine.writeState(found.state);
      progress = found;
      isResumed = true;
    }
    // also so that a place where nothing can be written is told before hours have gone into it
    await saver.save(progress);
  }
  await observer.onStart?.({
    engine: run.choice,
    parameters: model.countParams(),
    examples: run.examples.count,
    validationExamples: run.judges?.count ?? 0,
    epochs,
    steps: run.steps,
    ...(isResumed && { resumedAt: { epoch: progress.epoch, step: progress.step + 1 } }),
  });

  let ending: Ending;
  let restoredEpoch: number | undefined;
  try {
    ending = await runEpochs(run, progress, saver, observer);
    const { best } = ending.progress;
    if (ending.end !== "interrupted" && best && earlyStopping?.restoreBest !== false) {
      await engine.writeState({ weights: best.weights });
      restoredEpoch = best.epoch;
    }
  } finally {
    await engine.writeBack();
    if (learningRateOf(optimizer) !== fullRate) setLearningRate(optimizer, fullRate);
  }
  return {
    model,
    history: ending.progress.history,
    engine: run.choice,
    end: ending.end,
    fallbacks: fallbacks(),
    ...(restoredEpoch !== undefined && { restoredEpoch }),
  };
}
