import type { OpScheme } from "../scheme.ts";

/** A change to how a network is quantized. Names are those of the float graph. Plain JSON. */
export type Remedy =
  /** The tensor's range ends at this share of what was seen; what is beyond is cut off. */
  | { readonly kind: "narrow-range"; readonly tensor: string; readonly share: number }
  /** A scale for each output channel of all layers of this kind. */
  | { readonly kind: "per-channel-weights"; readonly layers: "convWeights" | "denseWeights" }
  /** Other arithmetic for some operators, by the names of their outputs. */
  | {
      readonly kind: "operator-scheme";
      readonly operators: readonly string[];
      readonly scheme: OpScheme;
    }
  | { readonly kind: "equalise"; readonly balance: "activations" | "weights" }
  | { readonly kind: "round-adaptively"; readonly layer: string }
  | { readonly kind: "correct-bias" };

/** A tensor that costs accuracy, and what to do about it. Plain JSON, but for infinities. */
export interface Finding {
  /** Name in the float graph. */
  readonly tensor: string;
  readonly role: "activations" | "sums" | "weights";
  /** What is wrong with it: figures, and the remedy. One sentence each. */
  readonly message: string;
  readonly remedy: Remedy;
  /** Noise to signal at the scores if nothing but this tensor were quantized. */
  readonly cost: number;
  /** Of the sum over all tensors. */
  readonly costShare: number;
  /** The same with the remedy. */
  readonly expectedCost: number;
  /** By how much the scores of the whole network should come closer, in decibels, if errors just add up. */
  readonly expectedGainDb: number;
  /** By how much the file grows, roughly. */
  readonly extraBytes: number;
}
