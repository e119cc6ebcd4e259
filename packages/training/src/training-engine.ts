/** Some examples, ready to compute with. */
export interface Batch {
  readonly count: number;
  /** Of one image. */
  readonly shape: readonly number[];
  readonly pixels: Uint8Array; // [count, ...shape], 0..255, which networks see as 0..1
  readonly labels: Uint8Array; // [count]
}

export interface BatchResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** How many of the batch were classified right. */
  readonly correct: number;
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
  readonly trainBatch: (batch: Batch) => BatchResult;
  /** Gives the model its weights, and the optimizer its state, as they are after the last step. */
  readonly writeBack: () => Promise<void>;
}
