import type { BatchResult } from "./training-engine.ts";

/** Loss and accuracy over all examples so far, from what each batch came to. */
export interface RunningMean {
  readonly add: (result: BatchResult, count: number) => void;
  /** NaN before the first batch. */
  readonly value: () => { readonly loss: number; readonly accuracy: number };
}

/** Counts examples, not batches: a smaller last batch weighs less, as in Keras. */
export function runningMean(): RunningMean {
  let seen = 0;
  let lossSum = 0;
  let correctSum = 0;
  return {
    add({ loss, correct }, count) {
      seen += count;
      lossSum += loss * count;
      correctSum += correct;
    },
    value: () => ({ loss: lossSum / seen, accuracy: correctSum / seen }),
  };
}
