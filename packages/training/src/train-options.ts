import { UserError } from "@smidgen/errors";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ArchitectureName } from "./architectures/index.ts";

export interface TrainOptions {
  /** The network to build and train. Default: `cnn`. */
  readonly architecture?: ArchitectureName;
  /**
   * A network to train further, in place, instead of building one. It ends in softmax. If it was
   * compiled or loaded with an optimizer, training goes on with that one and its state.
   */
  readonly model?: LayersModel;
  /** Default: 5. */
  readonly epochs?: number;
  /** Examples per step. The last step of an epoch takes what is left. Default: 32. */
  readonly batchSize?: number;
  /** Of Adam. Default: 0.001, or what the model's own optimizer has. */
  readonly learningRate?: number;
  /** Of the first weights and of the order of the examples: 0 … 2^32 − 1. Default: 42. */
  readonly seed?: number;
}

/** The options with their defaults, checked. */
export interface TrainSettings {
  readonly architecture: ArchitectureName;
  readonly model: LayersModel | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number | undefined;
  readonly seed: number;
}

/** @throws UserError `invalid-options`, naming every option that is out of range */
export function checkTrainOptions(options: TrainOptions): TrainSettings {
  const { model, architecture, learningRate } = options;
  const { epochs = 5, batchSize = 32, seed = 42 } = options;
  const problems = [
    ...wholeNumber("epochs", epochs, 1, 1_000_000),
    ...wholeNumber("batchSize", batchSize, 1, 1_000_000),
    ...wholeNumber("seed", seed, 0, 2 ** 32 - 1),
  ];
  if (learningRate !== undefined && !(learningRate > 0 && Number.isFinite(learningRate))) {
    problems.push(`learningRate is ${learningRate}, it must be above 0`);
  }
  if (model !== undefined && architecture !== undefined) {
    problems.push("model and architecture are both given, only one network can be trained");
  }
  if (problems.length > 0) throw new UserError("invalid-options", problems.join("; "));
  return {
    architecture: architecture ?? "cnn",
    model,
    epochs,
    batchSize,
    learningRate,
    seed,
  };
}

function wholeNumber(name: string, value: number, least: number, most: number): string[] {
  return Number.isInteger(value) && value >= least && value <= most
    ? []
    : [`${name} is ${value}, it must be a whole number from ${least} to ${most}`];
}
