import { UserError } from "@smidgen/errors";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ArchitectureName } from "./architectures/index.ts";
import { augmentationProblems, type Augmentation } from "./augmentation/augmentation.ts";
import { earlyStoppingProblems, type EarlyStopping } from "./early-stopping.ts";
import { scheduleProblems, type Schedule } from "./schedule.ts";

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
  /** Of Adam; the highest, with a schedule. Default: 0.001, or what the model's own optimizer has. */
  readonly learningRate?: number;
  /** How the learning rate moves. Default: it does not. */
  readonly schedule?: Schedule;
  /**
   * Share of themselves times the learning rate that kernels lose in each step, apart from what the
   * gradients do ("decoupled"). Biases and batch normalization keep theirs. Default: 0.
   *
   * Source: "Decoupled Weight Decay Regularization" (Loshchilov, Hutter 2017).
   */
  readonly weightDecay?: number;
  /** Share of each example's target that goes to all classes alike: 0 ≤ share < 1. Default: 0. */
  readonly labelSmoothing?: number;
  /** Blends examples in pairs, in shares from Beta(mixup, mixup): at most 4. Default: 0, off. */
  readonly mixup?: number;
  /** How much an example of each class counts, [classes]; `balanced`: all classes alike. Default: 1 each. */
  readonly classWeights?: readonly number[] | "balanced";
  /** Changes images at random before each use. Default: none. */
  readonly augmentation?: Augmentation;
  /**
   * Share of the training examples, drawn by the seed, that is kept back: `valLoss` and `valAccuracy` are
   * of these then, and nothing else is looked at. Default: 0.
   */
  readonly validationSplit?: number;
  /** Ends when it gets no better, and goes back to the best epoch. Default: neither. */
  readonly earlyStopping?: EarlyStopping;
  /** Writes down where the training stands, so that it can go on after whatever ends it. Default: not. */
  readonly checkpoint?: CheckpointOptions;
  /** Ends the training after the step that is under way, with a checkpoint if there is a file for it. */
  readonly signal?: AbortSignal;
  /** Of everything that is random: weights, order, augmentation …: 0 … 2^32 − 1. Default: 42. */
  readonly seed?: number;
}

/**
 * A checkpoint holds all that the rest of a training depends on. A training that was stopped or killed at any moment and goes on from
 * its checkpoint ends with the same weights, bit for bit, as one that was never stopped.
 */
export interface CheckpointOptions {
  /** Holds the last checkpoint, in the format safetensors. */
  readonly file: string;
  /** One is written after every epoch, and in between when so much time has passed. Default: 30. */
  readonly everySeconds?: number;
  /** And after so many steps. Default: never for their sake. */
  readonly everySteps?: number;
  /** Goes on from the file if there is one, else begins anew. Default: false, begins anew in any case. */
  readonly resume?: boolean;
}

/** The options with their defaults, checked. */
export interface TrainSettings {
  readonly architecture: ArchitectureName;
  readonly model: LayersModel | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number | undefined;
  readonly schedule: Schedule;
  readonly weightDecay: number;
  readonly labelSmoothing: number;
  readonly mixup: number;
  readonly classWeights: readonly number[] | "balanced" | undefined;
  readonly augmentation: Augmentation | undefined;
  readonly validationSplit: number;
  readonly earlyStopping: EarlyStopping | undefined;
  readonly checkpoint: Required<CheckpointOptions> | undefined;
  readonly signal: AbortSignal | undefined;
  readonly seed: number;
}

/** @throws UserError `invalid-options`, naming every option that is out of range */
export function checkTrainOptions(options: TrainOptions): TrainSettings {
  const { model, architecture, learningRate, classWeights, augmentation } = options;
  const { epochs = 5, batchSize = 32, seed = 42, schedule = { kind: "constant" } } = options;
  const { earlyStopping, signal, checkpoint: given } = options;
  const checkpoint = given && { everySeconds: 30, everySteps: Infinity, resume: false, ...given };
  const { weightDecay = 0, labelSmoothing = 0, mixup = 0, validationSplit = 0 } = options;
  const problems = [
    ...wholeNumber("epochs", epochs, 1, 1_000_000),
    ...wholeNumber("batchSize", batchSize, 1, 1_000_000),
    ...wholeNumber("seed", seed, 0, 2 ** 32 - 1),
    ...number("weightDecay", weightDecay, weightDecay >= 0, "at least 0"),
    ...number(
      "labelSmoothing",
      labelSmoothing,
      labelSmoothing >= 0 && labelSmoothing < 1,
      "at least 0 and below 1",
    ),
    ...number("mixup", mixup, mixup >= 0 && mixup <= 4, "from 0 to 4"),
    ...number(
      "validationSplit",
      validationSplit,
      validationSplit >= 0 && validationSplit < 1,
      "at least 0 and below 1",
    ),
    ...scheduleProblems(schedule, epochs),
    ...(augmentation === undefined ? [] : augmentationProblems(augmentation)),
    ...(earlyStopping === undefined ? [] : earlyStoppingProblems(earlyStopping)),
    ...(checkpoint === undefined ? [] : checkpointProblems(checkpoint)),
    ...(Array.isArray(classWeights) ? classWeightProblems(classWeights as readonly number[]) : []),
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
    schedule,
    weightDecay,
    labelSmoothing,
    mixup,
    classWeights,
    augmentation,
    validationSplit,
    earlyStopping,
    checkpoint,
    signal,
    seed,
  };
}

function checkpointProblems({ everySeconds, everySteps }: Required<CheckpointOptions>): string[] {
  return Object.entries({ everySeconds, everySteps }).flatMap(([name, value]) =>
    value > 0 ? [] : [`checkpoint.${name} is ${value}, it must be above 0`],
  );
}

function number(name: string, value: number, isFine: boolean, wanted: string): string[] {
  return isFine && Number.isFinite(value) ? [] : [`${name} is ${value}, it must be ${wanted}`];
}

function classWeightProblems(weights: readonly number[]): string[] {
  const problems = weights.flatMap((weight, label) =>
    number(`classWeights[${label}]`, weight, weight >= 0, "at least 0"),
  );
  if (weights.every((weight) => weight === 0)) problems.push("all classWeights are 0");
  return problems;
}

function wholeNumber(name: string, value: number, least: number, most: number): string[] {
  return Number.isInteger(value) && value >= least && value <= most
    ? []
    : [`${name} is ${value}, it must be a whole number from ${least} to ${most}`];
}
