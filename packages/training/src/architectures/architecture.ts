import type { LayersModel } from "@tensorflow/tfjs-layers";

/** A network as a recipe: the same recipe always builds the same weights. */
export interface Architecture {
  /** One line for people. */
  readonly description: string;
  /** What it comes to for the images it was made for. A test holds them to the real thing. */
  readonly figures: ArchitectureFigures;
  /** A softmax model [batch, ...inputShape] → [batch, classes]. Needs a selected backend. */
  readonly build: (options: BuildOptions) => LayersModel;
}

export interface BuildOptions {
  /** Of one image: [height, width, channels]. */
  readonly inputShape: readonly number[];
  readonly classes: number;
  readonly seed: number;
}

export interface ArchitectureFigures extends Omit<BuildOptions, "seed"> {
  /** As Keras counts: statistics of batch normalization too, which are folded away for the chip. */
  readonly parameters: number;
  /** For one image. */
  readonly multiplyAccumulates: number;
  /** What it becomes in a float .tflite file, operator by operator. */
  readonly operators: string;
  /** Weights and biases in that file. */
  readonly constants: number;
}
