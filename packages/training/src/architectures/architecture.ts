import type { LayersModel } from "@tensorflow/tfjs-layers";

/** A network as a recipe: the same recipe always builds the same weights. */
export interface Architecture {
  /** One line for people. */
  readonly description: string;
  /** A softmax model [batch, ...inputShape] → [batch, classes]. Needs a selected backend. */
  readonly build: (options: BuildOptions) => LayersModel;
}

export interface BuildOptions {
  /** Of one image: [height, width, channels]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly seed: number;
}
