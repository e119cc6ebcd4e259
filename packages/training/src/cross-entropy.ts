import type { BatchResult } from "./training-engine.ts";

/** The loss of a batch, and how it changes with what the network put out. */
export interface CrossEntropy extends BatchResult {
  readonly gradient: Float32Array; // [count, classes], of the mean loss
}

/**
 * Softmax and cross-entropy in one: −log softmax(logits)[label], the mean over the batch.
 *
 * Together they never overflow and never take the log of 0, and the gradient is
 * `(softmax − one-hot) / count`. logits: [count, classes].
 *
 * With targets, [count, classes], the loss is −Σ target · log softmax(logits), and the gradient
 * `(Σ target · softmax − target) / count`.
 */
export function crossEntropyOfLogits(
  logits: Float32Array,
  labels: Uint8Array,
  targets?: Float32Array,
): CrossEntropy {
  const count = labels.length;
  const classes = logits.length / count;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  let correct = 0;
  for (let row = 0; row < count; row++) {
    const start = row * classes;
    const label = labels[row]!;
    const best = argMax(logits, start, classes);
    const most = logits[start + best]!;
    if (best === label) correct++;
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp(logits[start + c]! - most);
    let total = 1;
    if (targets === undefined) {
      loss += Math.log(sum) + most - logits[start + label]!;
    } else {
      total = 0;
      for (let c = 0; c < classes; c++) {
        total += targets[start + c]!;
        loss += targets[start + c]! * (Math.log(sum) + most - logits[start + c]!);
      }
    }
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp(logits[start + c]! - most) / sum;
      const target = targets === undefined ? (c === label ? 1 : 0) : targets[start + c]!;
      gradient[start + c] = (total * probability - target) / count;
    }
  }
  return { loss: loss / count, correct, gradient };
}

/**
 * Cross-entropy of what already went through softmax: −log probabilities[label], the mean over the
 * batch, or −Σ target · log probability. A probability that has shrunk to nothing no longer moves the weights.
 *
 * probabilities and targets: [count, classes].
 */
export function crossEntropyOfProbabilities(
  probabilities: Float32Array,
  labels: Uint8Array,
  targets?: Float32Array,
): CrossEntropy {
  const count = labels.length;
  const classes = probabilities.length / count;
  const gradient = new Float32Array(probabilities.length);
  let loss = 0;
  let correct = 0;
  for (let row = 0; row < count; row++) {
    const start = row * classes;
    const label = labels[row]!;
    if (argMax(probabilities, start, classes) === label) correct++;
    for (let c = 0; c < classes; c++) {
      const target = targets === undefined ? (c === label ? 1 : 0) : targets[start + c]!;
      if (target === 0) continue;
      // NaN stays NaN, for the caller to notice
      const probability = Math.max(probabilities[start + c]!, leastProbability);
      loss -= target * Math.log(probability);
      gradient[start + c] = -target / (count * probability);
    }
  }
  return { loss: loss / count, correct, gradient };
}

/** The least normal float32: its reciprocal is still finite. */
const leastProbability = 2 ** -126;

/** The first of the largest, as everywhere in TensorFlow. */
function argMax(values: Float32Array, start: number, length: number): number {
  let best = 0;
  for (let i = 1; i < length; i++) if (values[start + i]! > values[start + best]!) best = i;
  return best;
}
