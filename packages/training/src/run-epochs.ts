import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { isBetter, isPatienceOver, type BestEpoch } from "./early-stopping.ts";
import { breather } from "./breather.ts";
import { checkLoss } from "./check-loss.ts";
import type { Checkpoint } from "./checkpoint/checkpoint.ts";
import type { CheckpointSaver } from "./checkpoint/checkpoint-saver.ts";
import { evaluateWith } from "./evaluate-model.ts";
import type { EpochRecord, TrainObserver } from "./history.ts";
import { permutation, randomGenerator } from "./random.ts";
import { nothingSeen, runningMean } from "./running-mean.ts";
import { scheduledShare } from "./schedule.ts";
import type { TrainingRun } from "./training-run.ts";

/** Where a training stands, but for its weights. */
export type Progress = Omit<Checkpoint, "identity" | "state">;

export function firstProgress(seed: number): Progress {
  return nextEpoch({ epoch: 0, history: [], best: undefined }, randomGenerator(seed, "order"));
}

export interface Ending {
  readonly end: "finished" | "stopped-early" | "interrupted";
  readonly progress: Progress;
}

/** From where it stands to the end. */
export async function runEpochs(
  run: TrainingRun,
  from: Progress,
  saver: CheckpointSaver,
  observer: TrainObserver,
): Promise<Ending> {
  const { epochs, earlyStopping } = run.settings;
  let progress = from;
  while (progress.epoch <= epochs) {
    if (earlyStopping && isPatienceOver(progress.epoch - 1, progress.best, earlyStopping)) {
      return { end: "stopped-early", progress };
    }
    const { isInterrupted, ...after } = await runEpoch(run, progress, saver, observer);
    progress = after.progress;
    if (isInterrupted) return { end: "interrupted", progress };
  }
  return { end: "finished", progress };
}

/** The rest of an epoch. */
async function runEpoch(
  run: TrainingRun,
  from: Progress,
  saver: CheckpointSaver,
  observer: TrainObserver,
): Promise<{ readonly progress: Progress; readonly isInterrupted: boolean }> {
  const { engine, settings, makeBatch, steps, fullRate, examples, judges } = run;
  const { epochs, schedule, weightDecay, signal } = settings;
  const { epoch } = from;
  const start = performance.now() - from.elapsedMs;
  const random = xoroshiro128plusFromState(from.orderState);
  const order = permutation(examples.count, random);
  const mean = runningMean(from.sums);
  const breathe = breather();
  let learningRate = fullRate;
  for (let step = from.step; step < steps;) {
    const standing = (): Progress => ({
      ...from,
      step,
      sums: mean.sums(),
      elapsedMs: performance.now() - start,
    });
    if (signal?.aborted === true) {
      await saver.save(standing());
      return { progress: standing(), isInterrupted: true };
    }
    if (step > from.step && saver.isDue()) await saver.save(standing());
    const stepsBefore = (epoch - 1) * steps + step;
    learningRate = fullRate * scheduledShare(schedule, stepsBefore, { steps, epochs });
    const batch = makeBatch(epoch, order, step);
    const result = engine.trainBatch(batch, { learningRate, weightDecay });
    step++;
    checkLoss(result.loss, {
      name: `epoch ${epoch}, step ${step}`,
      steps: stepsBefore + 1,
      learningRate,
      meanBefore: mean.value().loss,
    });
    mean.add(result, batch.count);
    saver.countStep();
    observer.onBatch?.({ epoch, epochs, step, steps, learningRate, ...mean.value() });
    await breathe();
  }

  const validation = judges && (await evaluateWith(engine, judges));
  if (validation !== undefined) {
    checkLoss(validation.loss, {
      name: `the validation after epoch ${epoch}`,
      steps: epoch * steps + 1,
      learningRate,
      meanBefore: mean.value().loss,
    });
  }
  const record: EpochRecord = {
    epoch,
    epochs,
    steps,
    ...mean.value(),
    ...(validation && { valLoss: validation.loss, valAccuracy: validation.accuracy }),
    durationMs: performance.now() - start,
  };
  const best = await bestOf(run, record, from.best);
  const progress = nextEpoch({ epoch, history: [...from.history, record], best }, random);
  await saver.save(progress);
  await engine.writeBack();
  await observer.onEpoch?.(record);
  return { progress, isInterrupted: false };
}

async function bestOf(
  { engine, settings: { earlyStopping } }: TrainingRun,
  record: EpochRecord,
  best: BestEpoch | undefined,
): Promise<BestEpoch | undefined> {
  if (earlyStopping === undefined || !isBetter(record, best, earlyStopping)) return best;
  const value = record[earlyStopping.monitor ?? "valLoss"]!;
  return { epoch: record.epoch, value, weights: await engine.readWeights() };
}

function nextEpoch(
  { epoch, history, best }: Pick<Progress, "epoch" | "history" | "best">,
  random: ReturnType<typeof randomGenerator>,
): Progress {
  return {
    epoch: epoch + 1,
    step: 0,
    sums: nothingSeen,
    elapsedMs: 0,
    history,
    best,
    orderState: random.getState(),
  };
}
