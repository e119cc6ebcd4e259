import type { NamedArray } from "./checkpoint/safetensors.ts";

/** Some examples, ready to compute with. */
export interface Batch {
  readonly count: number;
  /** Of one image. */
  readonly shape: readonly number[];
  readonly pixels: Uint8Array; // [count, ...shape], 0..255, which networks see as 0..1
  readonly labels: Uint8Array; // [count]
  /**
   * What the examples should come to where labels do not say it all: a loss of −Σ target · log probability
   * for each. Rows may add up to other than 1. Of training alone, and [count, classes].
   */
  readonly targets?: Float32Array;
}

export interface BatchResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** How many of the batch were classified as labelled. */
  readonly correct: number;
}

/** How far a step goes. */
export interface StepSize {
  /** Default: the optimizer's own. */
  readonly learningRate?: number;
  /** Kernels shrink by this share of themselves times the learning rate, before the optimizer's step. Default: 0. */
  readonly weightDecay?: number;
}

/** What computes how well a network does. */
export interface Evaluator {
  /** Changes nothing. Dropout and the like are off. */
  readonly evaluateBatch: (batch: Batch) => BatchResult;
}

/**
 * What computes a training: it holds a network and its optimizer, and takes one batch after another.
 *
 * `train` owns everything else: epochs, order, means, observers, bad numbers.
 */
export interface TrainingEngine extends Evaluator {
  /** One step of the optimizer. The result is that of the weights before the step. */
  readonly trainBatch: (batch: Batch, size?: StepSize) => BatchResult;
  /** A copy of the model's weights after the last step, statistics of batch normalization included, in its order. */
  readonly readWeights: () => Promise<readonly NamedArray[]>;
  /** A copy of all that a training goes on from, after the last step. */
  readonly readState: () => Promise<EngineState>;
  /** Goes on from there, or from other weights alone. The engine is one of the same model and optimizer. */
  readonly writeState: (
    state: Pick<EngineState, "weights"> & Partial<EngineState>,
  ) => Promise<void>;
  /** Gives the model its weights, and the optimizer its state, as they are after the last step. */
  readonly writeBack: () => Promise<void>;
}

export interface EngineState {
  /** As of `readWeights`. */
  readonly weights: readonly NamedArray[];
  /** Of the optimizer, in the order in which it keeps them. */
  readonly optimizer: readonly NamedArray[];
  /** Steps made, and the like. */
  readonly counters: Readonly<Record<string, number>>;
}
