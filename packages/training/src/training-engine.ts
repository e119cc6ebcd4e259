/** Some examples, ready to compute with. */
export interface Batch {
  readonly count: number;
  /** Of one image. */
  readonly shape: readonly number[];
  readonly images: Float32Array; // [count, ...shape], 0..1
  readonly labels: Uint8Array; // [count]
}

export interface BatchResult {
  /** Mean over the batch. */
  readonly loss: number;
  /** How many of the batch were classified right. */
  readonly correct: number;
}

/**
 * What computes a training: it holds a network and its optimizer, and takes one batch after another.
 *
 * `train` and `evaluateModel` own everything else: epochs, order, means, observers, bad numbers.
 */
export interface TrainingEngine {
  /** One step of the optimizer. The result is that of the weights before the step. */
  trainBatch(batch: Batch): BatchResult;
  /** Changes nothing. Dropout and the like are off. */
  evaluateBatch(batch: Batch): BatchResult;
}
