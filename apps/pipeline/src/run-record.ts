import type { DatasetName } from "@smidgen/datasets";
import {
  calculated,
  type DatasetFacts,
  type Environment,
  type Evaluation,
  measured,
  type MemoryFacts,
  notMeasured,
  type RunRecord,
  schemaVersion,
  type SystemFacts,
} from "@smidgen/report";
import type {
  DatasetFile,
  DeployFile,
  EvaluationResult,
  MemoryResult,
  TfliteFile,
  TrainingFile,
} from "./results.ts";

export interface StudyResults {
  readonly dataset: DatasetFile;
  readonly training: TrainingFile;
  readonly float: TfliteFile;
  readonly int8: TfliteFile;
  readonly deploy: DeployFile;
  readonly environment: Environment;
  /** ISO 8601 in UTC. */
  readonly recordedAt: string;
}

/** The study's measurements as one record: four systems, from the trained model to the chip. */
export function runRecord(results: StudyResults): RunRecord {
  const { dataset, training, float, int8, deploy, environment, recordedAt } = results;
  return {
    schemaVersion,
    title: `${titles[dataset.name as DatasetName]} on four systems`,
    recordedAt,
    dataset: datasetFacts(dataset),
    model: {
      architecture: `${training.architecture}: ${training.architectureDescription}`,
      parameters: training.parameters,
      multiplyAccumulates: float.multiplyAccumulates,
    },
    training: {
      batchSize: training.batchSize,
      optimizer: "Adam",
      learningRate: training.learningRate,
      seed: training.seed,
      backend: engineOf(training),
      backendReason: training.backend.description,
      epochs: training.history.map(({ loss, accuracy, valLoss, valAccuracy, durationMs }) => ({
        loss,
        accuracy,
        valLoss: valLoss ?? null,
        valAccuracy: valAccuracy ?? null,
        seconds: durationMs / 1000,
      })),
    },
    systems: [
      tensorflowJs(training),
      {
        id: "tflite-float32",
        label: "TensorFlow Lite",
        counterpart: "tensorflow-lite",
        file: { description: "float .tflite", bytes: float.fileBytes },
        evaluation: evaluation(float.evaluation, "micro runtime in TypeScript, from the file"),
        memory: tfliteMemory(float),
      },
      {
        id: "tflite-int8",
        label: "TensorFlow Lite, int8",
        counterpart: "tensorflow-lite-quantized",
        file: { description: "int8 .tflite", bytes: int8.fileBytes },
        evaluation: evaluation(
          int8.evaluation,
          "micro runtime in TypeScript, from the file, rounding as TensorFlow Lite does (single)",
        ),
        memory: tfliteMemory(int8),
      },
      microRuntime(deploy),
    ],
    environment,
  };
}

const titles: Readonly<Record<DatasetName, string>> = {
  mnist: "MNIST",
  "fashion-mnist": "Fashion-MNIST",
  digits: "Drawn digits",
};

function datasetFacts(dataset: DatasetFile): DatasetFacts {
  const { asked, source, isFallback, trainExamples, testExamples } = dataset;
  const description = {
    // Of the data that was asked for; a fallback is named by its source.
    name: titles[asked as DatasetName],
    trainingExamples: trainExamples,
    validationExamples: 0,
    testExamples,
  };
  if (!isFallback) {
    return { ...description, source: `${source.kind} ${source.detail}`, fallback: false };
  }
  const places = source.lookedAt.map(({ place, why }) => `${place} (${why.split(":\n")[0]})`);
  return {
    ...description,
    source: `handwritten-like digits, ${source.detail}`,
    fallback: true,
    fallbackReason: `it was looked for in ${places.join(", in ")}`,
    fallbackHint: `Name a folder that holds the four files of ${titles[asked as DatasetName]} in SMIDGEN_DATA_DIR and start again, or set SMIDGEN_FALLBACK=0 to look for it anew.`,
  };
}

function evaluation(result: EvaluationResult, engine: string): Evaluation {
  return { kind: "measured", ...result, engine };
}

function engineOf({ backend, engine }: TrainingFile): string {
  return engine.name === "TensorFlow.js" ? `TensorFlow.js, ${backend.name}` : engine.name;
}

function tensorflowJs(training: TrainingFile): SystemFacts {
  return {
    id: "tfjs",
    label: "TensorFlow.js",
    counterpart: "tensorflow",
    file: {
      description: "model.json and weights.bin, with the optimizer's state as Keras saves it",
      bytes: training.savedBytes.withOptimizer,
    },
    evaluation: evaluation(training.evaluation, engineOf(training)),
    memory: {
      ram: measured(
        training.inferencePeakBytes,
        "tensors alive at the worst moment of one inference, weights included; not the JavaScript engine",
      ),
      flashModel: measured(
        training.savedBytes.withoutOptimizer,
        "model.json and weights.bin for inference alone, without the optimizer's state",
      ),
      flashCode: notMeasured(
        "TensorFlow.js does not run on a microcontroller",
        "There is nothing to measure: it needs a JavaScript engine.",
      ),
    },
  };
}

const codeNotMeasured = notMeasured(
  "an interpreter's code depends on the chip and on the operators linked in",
  "Link TensorFlow Lite Micro or another interpreter for your chip with these files and read its map file.",
);

function tfliteMemory({ fileBytes, memory }: TfliteFile): MemoryFacts {
  return {
    ram: arena(memory),
    flashModel: measured(fileBytes, "the .tflite file"),
    flashCode: codeNotMeasured,
  };
}

function microRuntime({ modelBytes, memory, evaluation: result }: DeployFile): SystemFacts {
  return {
    id: "micro-int8",
    label: "Micro runtime, int8",
    counterpart: "tensorflow-lite-micro",
    file: { description: "the int8 .tflite as a C array", bytes: modelBytes },
    evaluation: evaluation(
      result,
      "micro runtime in TypeScript, rounding as TensorFlow Lite Micro does (double)",
    ),
    memory: {
      ram: arena(memory),
      flashModel: measured(modelBytes, "the constant array"),
      flashCode: codeNotMeasured,
    },
    memoryPlan: {
      arenaBytes: memory.arenaBytes,
      ops: memory.ops as [string, ...string[]],
      placements: memory.placements,
    },
  };
}

function arena({ arenaBytes }: MemoryResult) {
  return calculated(
    arenaBytes,
    "arena of the memory plan; not the stack nor an interpreter's own structures",
  );
}
