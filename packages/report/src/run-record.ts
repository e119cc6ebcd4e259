import type { Figure, NotMeasured } from "./figure.ts";

/**
 * Everything one run of the pipeline found out, as plain data that survives `JSON.stringify`.
 *
 * The renderers read nothing else, not even the clock: same record, same bytes. Text may be anything;
 * each renderer escapes it for its medium. `parseRunRecord` is the way in for a record from a file.
 */
export interface RunRecord {
  /** Grows when a field changes its meaning or its name. */
  readonly schemaVersion: typeof schemaVersion;
  /** Headline of the report: "MNIST on four systems". */
  readonly title: string;
  /** When the measurements ended: ISO 8601 in UTC, "2026-08-01T12:00:00Z". */
  readonly recordedAt: string;
  readonly dataset: DatasetFacts;
  readonly model: ModelFacts;
  /** Absent where the run started from a trained model. */
  readonly training?: TrainingFacts;
  /** What was compared, in the order of the report. Compression ratios are relative to the first. */
  readonly systems: readonly [SystemFacts, ...SystemFacts[]];
  /** The network in other numbers, for comparison; absent where nothing but the systems was measured. */
  readonly schemes?: SchemesFacts;
  /** Other networks, trained for a budget; absent where none was. */
  readonly networks?: NetworksFacts;
  readonly environment: Environment;
}

/** Networks for a budget, each trained with several seeds. */
export interface NetworksFacts {
  /** Of the test data. */
  readonly examples: number;
  /** Where flash and RAM were measured, "Arm Cortex-M0". */
  readonly chip: string;
  readonly rows: readonly NetworkFacts[];
}

export interface NetworkFacts {
  readonly name: string;
  readonly description: string;
  /** "16 KB of flash and 4 KB of RAM on a Cortex-M0" */
  readonly budget: string;
  /** As Keras counts. */
  readonly parameters: number;
  readonly seeds: number;
  /** 0 … 1, mean of all seeds. */
  readonly accuracy: number;
  readonly int8Accuracy: number;
  /** The program with its weights; variables, stack, input and output. `null` where nothing could be measured. */
  readonly chip: { readonly flashBytes: number; readonly ramBytes: number } | null;
}

/** One network in several schemes of quantization, each judged on the same examples. */
export interface SchemesFacts {
  /** Of the test data, from the front. */
  readonly examples: number;
  readonly rows: readonly SchemeFacts[];
}

export interface SchemeFacts {
  /** "int8", "int4 and int8, chosen" */
  readonly scheme: string;
  /** How ranges of activations were found, "min-max"; `null` where there are none. */
  readonly calibration: string | null;
  readonly fileBytes: number;
  /** Of the memory plan. */
  readonly arenaBytes: number;
  /** 0 … 1 */
  readonly accuracy: number;
  /** Mean cross-entropy. */
  readonly loss: number;
}

export const schemaVersion = 1;

/** The data behind the figures, and whether it is the data that was asked for. */
export type DatasetFacts = DatasetDescription & (AsAskedFor | Fallback);

export interface DatasetDescription {
  /** "MNIST" */
  readonly name: string;
  /** Where it was read from, in words or as an address. */
  readonly source: string;
  readonly trainingExamples: number;
  /** 0 where nothing was held back for validation. */
  readonly validationExamples: number;
  readonly testExamples: number;
}

export interface AsAskedFor {
  readonly fallback: false;
}

/** The data asked for could not be had; the report says so above everything else. */
export interface Fallback {
  readonly fallback: true;
  /** Why: "MNIST could not be downloaded: ENOTFOUND", a clause without a full stop. */
  readonly fallbackReason: string;
  /** What to do to get the real figures, a sentence. */
  readonly fallbackHint: string;
}

export interface ModelFacts {
  /** In one line: "784 → dense 128, ReLU → dense 10, softmax". */
  readonly architecture: string;
  readonly parameters: number;
  /** Of one inference. */
  readonly multiplyAccumulates: number;
}

export interface TrainingFacts {
  readonly batchSize: number;
  /** "Adam" */
  readonly optimizer: string;
  readonly learningRate: number;
  readonly seed: number;
  /** What computed it: "@tensorflow/tfjs-node 4.22.0". */
  readonly backend: string;
  /** Why that one: "the fastest that loads on this machine". */
  readonly backendReason: string;
  readonly epochs: readonly Epoch[];
}

/**
 * Losses are mean cross-entropy per example, accuracies 0–1. `null`: not a finite number (training
 * diverged), or not computed (no validation examples).
 */
export interface Epoch {
  readonly loss: number | null;
  readonly accuracy: number | null;
  readonly valLoss: number | null;
  readonly valAccuracy: number | null;
  readonly seconds: number;
}

/** One way to store and run the network. */
export interface SystemFacts {
  /** Stable and unique in the record, for programs: "tflite-int8". */
  readonly id: string;
  /** Unique too, for people: "TensorFlow Lite, int8". */
  readonly label: string;
  readonly file: FileFacts;
  readonly evaluation: Evaluation | NotMeasured;
  readonly memory: MemoryFacts;
  /** One entry per core; one that could not be had is an entry whose figures say why. */
  readonly performance?: readonly InferencePerformance[];
  /** Where the micro runtime keeps each tensor while it runs. */
  readonly memoryPlan?: MemoryPlanFacts;
  /** The row of the original MNIST study that this system stands beside, if any. */
  readonly counterpart?: OriginalSystemId;
}

export type OriginalSystemId =
  | "tensorflow"
  | "tensorflow-lite"
  | "tensorflow-lite-quantized"
  | "tensorflow-lite-micro";

export interface FileFacts {
  /** What was weighed: "model.json and its weights", "float .tflite", "C source, constants only". */
  readonly description: string;
  readonly bytes: number;
}

/** How well it answers on test examples. */
export interface Evaluation {
  readonly kind: "measured";
  /** How many test examples it was asked. */
  readonly examples: number;
  /** Share of right answers, 0–1. */
  readonly accuracy: number;
  /** Mean cross-entropy per example. */
  readonly loss: number;
  /** What computed the answers: "TensorFlow Lite (WebAssembly, @tensorflow/tfjs-tflite)". */
  readonly engine: string;
}

/** What a device must offer. The parts are disjoint: their sum is the total. */
export interface MemoryFacts {
  /** Bytes of working memory while one inference runs. */
  readonly ram: Figure;
  /** Bytes of storage for the model's constants. */
  readonly flashModel: Figure;
  /** Bytes of storage for the program that runs it. */
  readonly flashCode: Figure;
}

/** One inference on one core. */
export interface InferencePerformance {
  /** "Arm Cortex-M4" */
  readonly core: string;
  /** What stood for it: "QEMU 7.2, mps2-an386", "board: …", "this machine". */
  readonly machine: string;
  /** Compiler and flags. */
  readonly build: string;
  /** What the code may use of the core, where one core is measured with several: "any C99 compiler", "DSP instructions". */
  readonly code?: string;
  readonly instructions: Figure;
  readonly cycles: Figure;
  readonly microseconds: Figure;
  /** Bytes of the program and its constants on this core. */
  readonly flash?: Figure;
  /** Bytes of working memory on this core, the stack among them. */
  readonly ram?: Figure;
}

export interface MemoryPlanFacts {
  readonly arenaBytes: number;
  /** Names of the operators, in execution order. */
  readonly ops: readonly [string, ...string[]];
  readonly placements: readonly Placement[];
}

/** A tensor's place in the arena, and the operators during which it is occupied. */
export interface Placement {
  readonly tensor: string;
  readonly offsetBytes: number;
  readonly bytes: number;
  /** Positions in `ops`, both included. */
  readonly firstOp: number;
  readonly lastOp: number;
}

/** The machine that measured. Says nothing of who: no host name, no user, no addresses. */
export interface Environment {
  /** "Debian GNU/Linux 12 (bookworm)" */
  readonly os: string;
  /** "Linux 6.1.0-28-amd64" */
  readonly kernel: string;
  /** "x64" */
  readonly architecture: string;
  readonly cpu: {
    /** `null` where the system does not tell. */
    readonly model: string | null;
    /** Logical processors of the machine. */
    readonly count: number;
    /** How many of them this process may use. */
    readonly available: number;
  };
  readonly memory: {
    readonly totalBytes: number;
    /** What a container or the like allows; `null` where nothing does. */
    readonly limitBytes: number | null;
  };
  /** "20.19.5" */
  readonly node: string;
  /** What ran tensors in JavaScript: "@tensorflow/tfjs-node 4.22.0". */
  readonly backend: string;
  /** "Docker", "Kubernetes", …; `null` where none was detected. */
  readonly container: string | null;
  /** "Amazon EC2", "GitHub Codespaces", …; `null` where none was detected. */
  readonly cloud: string | null;
  /** "GitHub Actions", …; `null` where none was detected. */
  readonly ci: string | null;
  /** Windows Subsystem for Linux. */
  readonly wsl: boolean;
}
