import type { ConvNetwork } from "@smidgen/training";
import type { TrainedCandidate } from "./candidate.ts";
import type { Costs } from "./budget.ts";

/** What the main thread asks for. */
export type Job =
  | { readonly kind: "cost"; readonly network: ConvNetwork }
  | {
      readonly kind: "train";
      readonly network: ConvNetwork;
      readonly epochs: number;
      readonly sized: Costs;
    };

/** What it is answered. */
export type Answer =
  | { readonly kind: "costs"; readonly costs: Costs }
  /** The network does not take such images. */
  | { readonly kind: "impossible"; readonly reason: string }
  | { readonly kind: "trained"; readonly candidate: TrainedCandidate };

export type WorkerMessage =
  | Answer
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "failed"; readonly error: SentError };

/** Errors lose their class on their way between threads. */
export interface SentError {
  readonly message: string;
  readonly stack: string | undefined;
  /** Of a UserError. */
  readonly code: string | undefined;
  readonly hint: string | undefined;
}
