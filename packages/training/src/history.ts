import type { EngineChoice } from "./choose-engine.ts";

/** Where training stands after a batch. Loss and accuracy are means over the epoch so far. */
export interface BatchProgress {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** From 1. */
  readonly step: number;
  /** Steps per epoch. */
  readonly steps: number;
  /** Of the step. */
  readonly learningRate: number;
  readonly loss: number;
  /** 0..1 */
  readonly accuracy: number;
}

/**
 * What an epoch came to. As in Keras, `loss` and `accuracy` are means over the epoch's examples, each
 * seen by the weights of its moment; `valLoss` and `valAccuracy` are taken with the weights at the end.
 */
export interface EpochRecord {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps per epoch. */
  readonly steps: number;
  readonly loss: number;
  /** 0..1 */
  readonly accuracy: number;
  readonly valLoss?: number;
  /** 0..1 */
  readonly valAccuracy?: number;
  /** Training and validation together. The one figure here that differs from run to run. */
  readonly durationMs: number;
}

/**
 * Called while `train` runs, between two batches, and waited for. What an observer throws ends the training; to end it in good
 * order, abort `TrainOptions.signal`.
 */
export interface TrainObserver {
  /** Once, before the first step. */
  readonly onStart?: (start: TrainStart) => void | Promise<void>;
  readonly onBatch?: (progress: BatchProgress) => void;
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** After a checkpoint was written. */
  readonly onCheckpoint?: (file: string) => void;
}

export interface TrainStart {
  readonly engine: EngineChoice;
  readonly parameters: number;
  /** To learn from. */
  readonly examples: number;
  /** To evaluate after every epoch. 0 if there are none. */
  readonly validationExamples: number;
  readonly epochs: number;
  /** Per epoch. */
  readonly steps: number;
  /** Where a training that goes on from a checkpoint goes on: the next step, both from 1. */
  readonly resumedAt?: { readonly epoch: number; readonly step: number };
}
