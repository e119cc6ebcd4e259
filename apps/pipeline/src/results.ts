import type { DatasetSource } from "@smidgen/datasets";
import type { Backend, EngineChoice, EpochRecord } from "@smidgen/training";

/** What each stage leaves behind as JSON, beside the models themselves. */

/** dataset/dataset.json */
export interface DatasetFile {
  /** What the settings asked for; `name` is what was used. */
  readonly asked: string;
  readonly name: string;
  readonly classes: readonly string[];
  readonly isFallback: boolean;
  readonly source: DatasetSource;
  readonly trainExamples: number;
  readonly testExamples: number;
}

/** Over all test examples. */
export interface EvaluationResult {
  readonly examples: number;
  readonly accuracy: number;
  /** Mean cross-entropy per example. */
  readonly loss: number;
}

/** train/training.json */
export interface TrainingFile {
  readonly architecture: string;
  readonly architectureDescription: string;
  readonly parameters: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly backend: Backend;
  readonly engine: EngineChoice;
  readonly history: readonly EpochRecord[];
  readonly evaluation: EvaluationResult;
  /** model.json and weights.bin together. */
  readonly savedBytes: { readonly withOptimizer: number; readonly withoutOptimizer: number };
  /** Of all tensors alive at the worst moment of one inference, weights included. */
  readonly inferencePeakBytes: number;
}

/** convert/convert.json and quantize/quantize.json */
export interface TfliteFile {
  readonly fileBytes: number;
  readonly evaluation: EvaluationResult;
  readonly multiplyAccumulates: number;
  readonly memory: MemoryResult;
}

/** What one inference needs in the micro runtime. */
export interface MemoryResult {
  /** Activations, scratch memory, and the variables that outlive an inference. */
  readonly arenaBytes: number;
  readonly ops: readonly string[];
  readonly placements: readonly {
    readonly tensor: string;
    readonly offsetBytes: number;
    readonly bytes: number;
    readonly firstOp: number;
    readonly lastOp: number;
  }[];
}

/** deploy/deploy.json */
export interface DeployFile {
  readonly evaluation: EvaluationResult;
  readonly memory: MemoryResult;
  /** Of the model as a constant array, for other interpreters. */
  readonly arrayBytes: number;
  /** Of the generated C, read from its text. */
  readonly generated: {
    readonly constantBytes: number;
    readonly variableBytes: number;
    /** Input and output, which the caller holds. */
    readonly operandBytes: number;
  };
  /** The core whose memory stands for the whole. */
  readonly memoryOf: string;
  readonly chips: readonly ChipRun[];
  readonly sources: readonly string[];
}

/** One inference on one core, with one kind of code. */
export type ChipRun = {
  readonly core: string;
  /** "Arm Cortex-M4" */
  readonly title: string;
  /** What the code is made for: "any C99 compiler", "DSP", "Helium, DSP". */
  readonly code: string;
  /** The clock of a chip that has this core. */
  readonly megahertz: number;
  readonly clockOf: string;
} & (
  | {
      readonly kind: "measured";
      readonly machine: string;
      readonly build: string;
      readonly images: number;
      /** Mean of all images. */
      readonly instructions: number;
      readonly codeBytes: number;
      readonly constantBytes: number;
      readonly variableBytes: number;
      readonly stackBytes: number;
    }
  | { readonly kind: "not-measured"; readonly reason: string; readonly howTo: string }
);

/** quantize/schemes.json */
export interface SchemesFile {
  /** Test examples, from the front. */
  readonly examples: number;
  readonly rows: readonly {
    readonly scheme: string;
    readonly calibration: string | null;
    readonly fileBytes: number;
    readonly arenaBytes: number;
    readonly accuracy: number;
    readonly loss: number;
  }[];
}

/** networks/networks.json */
export interface NetworksFile {
  readonly testExamples: number;
  readonly networks: readonly TrainedNetwork[];
}

export interface TrainedNetwork {
  readonly name: string;
  /** What it was chosen for. */
  readonly why: string;
  readonly description: string;
  /** As Keras counts. */
  readonly parameters: number;
  /** Accuracy on all test examples. */
  readonly runs: readonly {
    readonly seed: number;
    readonly float: number;
    readonly int8: number;
  }[];
  /** The int8 network of the first seed. */
  readonly chip: ChipRun;
}
