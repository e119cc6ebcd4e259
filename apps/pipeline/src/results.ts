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
  /** Of the model as a constant array. */
  readonly modelBytes: number;
  readonly evaluation: EvaluationResult;
  readonly memory: MemoryResult;
  readonly sources: readonly string[];
}
