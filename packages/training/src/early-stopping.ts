import type { NamedArray } from "./checkpoint/safetensors.ts";
import type { EpochRecord } from "./history.ts";

/** What to watch over the epochs, and what follows. */
export interface EarlyStopping {
  /** Losses should fall, accuracies rise. Those of validation need validation examples. Default: `valLoss`. */
  readonly monitor?: Monitor;
  /** Ends the training when so many epochs in a row were no better than the best. Default: never. */
  readonly patience?: number;
  /** By less than this an epoch is not better. Default: 0. */
  readonly minChange?: number;
  /** Gives the model the weights of the best epoch in the end. Default: true. */
  readonly restoreBest?: boolean;
}

export const monitors = ["valLoss", "valAccuracy", "loss", "accuracy"] as const;

export type Monitor = (typeof monitors)[number];

/** The best so far, and the weights at its end. */
export interface BestEpoch {
  readonly epoch: number;
  readonly value: number;
  readonly weights: readonly NamedArray[];
}

export function isBetter(
  record: EpochRecord,
  best: BestEpoch | undefined,
  { monitor = "valLoss", minChange = 0 }: EarlyStopping,
): boolean {
  if (best === undefined) return true;
  const change = record[monitor]! - best.value;
  const gain = monitor === "loss" || monitor === "valLoss" ? -change : change;
  return gain > 0 && gain >= minChange;
}

/** @param epochs so many are done */
export function isPatienceOver(
  epochs: number,
  best: BestEpoch | undefined,
  { patience = Infinity }: EarlyStopping,
): boolean {
  return best !== undefined && epochs - best.epoch >= patience;
}

/** What is wrong with it. */
export function earlyStoppingProblems(settings: EarlyStopping): readonly string[] {
  const { monitor = "valLoss", patience = 1, minChange = 0 } = settings;
  const problems: string[] = [];
  if (!monitors.includes(monitor)) {
    problems.push(
      `earlyStopping.monitor is "${monitor as string}", it must be one of ${monitors.join(", ")}`,
    );
  }
  if (!(patience >= 1 && (Number.isInteger(patience) || patience === Infinity))) {
    problems.push(`earlyStopping.patience is ${patience}, it must be a whole number from 1`);
  }
  if (!(minChange >= 0 && Number.isFinite(minChange))) {
    problems.push(`earlyStopping.minChange is ${minChange}, it must be at least 0`);
  }
  return problems;
}
