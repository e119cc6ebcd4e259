import type { BatchResult } from "./training-engine.ts";

/** Loss and accuracy over all examples so far, from what each batch came to. */
export interface RunningMean {
  readonly add: (result: BatchResult, count: number) => void;
  /** NaN before the first batch. */
  readonly value: () => { readonly loss: number; readonly accuracy: number };
  readonly sums: () => RunningSums;
}

/** What a mean can go on from. */
export interface RunningSums {
  readonly seen: number;
  readonly loss: number;
  readonly correct: number;
}

export const nothingSeen: RunningSums = { seen: 0, loss: 0, correct: 0 };

/** Counts examples, not batches: a smaller last batch weighs less, as in Keras. */
export function runningMean(before = nothingSeen): RunningMean {
  let { seen, loss: lossSum, correct: correctSum } = before;
  return {
    add({ loss, correct }, count) {
      seen += count;
      lossSum += loss * count;
      correctSum += correct;
    },
    value: () => ({ loss: lossSum / seen, accuracy: correctSum / seen }),
    sums: () => ({ seen, loss: lossSum, correct: correctSum }),
  };
}
