import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ensureBackend } from "./backends/select-backend.ts";
import { batches } from "./batches.ts";
import { breather } from "./breather.ts";
import { chooseEvaluator } from "./choose-engine.ts";
import { checkExamples, type Examples } from "./examples.ts";
import { modelShape } from "./model-shape.ts";
import { runningMean } from "./running-mean.ts";
import type { Evaluator } from "./training-engine.ts";

/** Means over all examples. */
export interface Evaluation {
  /** Cross-entropy in nats, and the penalties of regularizers. */
  readonly loss: number;
  /** 0..1 */
  readonly accuracy: number;
}

/**
 * How well a softmax classifier does on examples. Changes nothing.
 *
 * @throws UserError `empty-dataset`, `shape-mismatch`, `invalid-labels` or `unsupported-model`
 */
export async function evaluateModel(model: LayersModel, examples: Examples): Promise<Evaluation> {
  checkExamples("test", examples, modelShape(model));
  await ensureBackend();
  return evaluateWith(await chooseEvaluator(model), examples);
}

export async function evaluateWith(evaluator: Evaluator, examples: Examples): Promise<Evaluation> {
  const breathe = breather();
  const mean = runningMean();
  for (const batch of batches(examples, evaluationBatchSize)) {
    mean.add(evaluator.evaluateBatch(batch), batch.count);
    await breathe();
  }
  return mean.value();
}

/** Large enough to amortize the cost of a call, small enough for the activations to stay in cache. */
const evaluationBatchSize = 128;
