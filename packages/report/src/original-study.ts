import type { OriginalSystemId } from "./run-record.ts";

/**
 * What the original study reports for one system. These are citations: nothing here was measured by us,
 * and nothing was rounded or converted. `undefined`: the study gives no such figure.
 */
export interface OriginalSystem {
  readonly label: string;
  readonly sizeKB?: number;
  readonly accuracy?: number;
  readonly loss?: number;
  /** Approximate, as the study says. */
  readonly ramKB?: number;
  /** Approximate, as the study says. */
  readonly flashKB?: number;
}

export const originalStudy = {
  setting: "MNIST, batches of 32, 5 epochs, Adam",
  systems: {
    tensorflow: {
      label: "TensorFlow",
      sizeKB: 287,
      accuracy: 0.9771,
      loss: 0.0703,
      ramKB: 60,
      flashKB: 287,
    },
    "tensorflow-lite": {
      label: "TensorFlow Lite",
      sizeKB: 89,
      accuracy: 0.9771,
      loss: 0.0703,
      ramKB: 15,
      flashKB: 80,
    },
    "tensorflow-lite-quantized": {
      label: "TensorFlow Lite, quantized",
      sizeKB: 26,
      accuracy: 0.9773,
      loss: 0.0701,
    },
    "tensorflow-lite-micro": {
      label: "TensorFlow Lite Micro",
      ramKB: 1,
      flashKB: 10,
    },
  } satisfies Record<OriginalSystemId, OriginalSystem> as Readonly<
    Record<OriginalSystemId, OriginalSystem>
  >,
} as const;
