import type { DatasetName } from "@smidgen/datasets";
import {
  calculated,
  type DatasetFacts,
  type Environment,
  type Evaluation,
  type InferencePerformance,
  measured,
  type MemoryFacts,
  notMeasured,
  type RunRecord,
  schemaVersion,
  type SystemFacts,
  type NetworksFacts,
} from "@smidgen/report";
import type {
  ChipRun,
  DatasetFile,
  DeployFile,
  NetworksFile,
  SchemesFile,
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
  readonly schemes?: SchemesFile | undefined;
  readonly networks?: NetworksFile | undefined;
  readonly deploy: DeployFile;
  readonly environment: Environment;
  /** ISO 8601 in UTC. */
  readonly recordedAt: string;
}

/** The study's measurements as one record: four systems, from the trained model to the chip. */
export function runRecord(results: StudyResults): RunRecord {
  const { dataset, training, float, int8, schemes, networks, deploy } = results;
  const { environment, recordedAt } = results;
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
    ...(schemes === undefined ? {} : { schemes }),
    ...(networks === undefined ? {} : { networks: networksFacts(networks, deploy) }),
    environment,
  };
}

function networksFacts(
  { testExamples, networks }: NetworksFile,
  deploy: DeployFile,
): NetworksFacts {
  return {
    examples: testExamples,
    chip: networks[0]?.chip.title ?? "a chip",
    rows: networks.map(({ name, why, description, parameters, runs, chip }) => ({
      name,
      description,
      budget: why,
      parameters,
      seeds: runs.length,
      accuracy: mean(runs.map(({ float }) => float)),
      int8Accuracy: mean(runs.map(({ int8 }) => int8)),
      chip:
        chip.kind === "measured"
          ? {
              flashBytes: chip.codeBytes + chip.constantBytes,
              ramBytes: chip.variableBytes + chip.stackBytes + deploy.generated.operandBytes,
            }
          : null,
    })),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
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

function microRuntime(deploy: DeployFile): SystemFacts {
  const { memory, evaluation: result, generated, chips } = deploy;
  return {
    id: "micro-int8",
    label: "Micro runtime, int8",
    counterpart: "tensorflow-lite-micro",
    file: { description: "constants of the generated C", bytes: generated.constantBytes },
    evaluation: evaluation(
      result,
      "micro runtime in TypeScript, rounding as TensorFlow Lite Micro does (double)",
    ),
    memory: microMemory(deploy),
    performance: chips.map((run) => chipPerformance(run, generated.operandBytes)),
    memoryPlan: {
      arenaBytes: memory.arenaBytes,
      ops: memory.ops as [string, ...string[]],
      placements: memory.placements,
    },
  };
}

/** As the linked program for one core says, with the code made for it; else what the C itself says. */
function microMemory({ generated, chips, memoryOf }: DeployFile): MemoryFacts {
  const { constantBytes, variableBytes, operandBytes } = generated;
  const run = chips.findLast(({ core }) => core === memoryOf);
  if (run?.kind !== "measured") {
    return {
      ram: calculated(
        variableBytes + operandBytes,
        "variables of the generated C, input and output; not the stack",
      ),
      flashModel: calculated(constantBytes, "constants of the generated C"),
      flashCode: notMeasured(
        run?.reason ?? "the study's settings leave this core out",
        run?.howTo ?? "Add it to config/deploy.json.",
      ),
    };
  }
  const program = `of the program for ${run.title}, ${run.code}`;
  return {
    ram: measured(
      run.variableBytes + run.stackBytes + operandBytes,
      `variables, stack, input and output ${program}`,
    ),
    flashModel: measured(run.constantBytes, `constants ${program}`),
    flashCode: measured(run.codeBytes, `code ${program}, library functions among it`),
  };
}

function chipPerformance(run: ChipRun, operandBytes: number): InferencePerformance {
  const { title: core, code, megahertz, clockOf } = run;
  if (run.kind === "not-measured") {
    const missing = notMeasured(run.reason, run.howTo);
    const figures = { instructions: missing, cycles: missing, microseconds: missing };
    return { core, machine: "–", build: "–", code, ...figures };
  }
  return {
    core,
    code,
    machine: run.machine,
    build: run.build,
    instructions: measured(run.instructions, `mean of ${run.images} test images, counted by QEMU`),
    cycles: notMeasured(
      "QEMU counts instructions, not cycles",
      "Run the generated C on a board and read its cycle counter.",
    ),
    microseconds: calculated(
      run.instructions / megahertz,
      `at ${megahertz} MHz (${clockOf}) if every instruction took one cycle`,
    ),
    flash: measured(run.codeBytes + run.constantBytes, "sections of the linked program"),
    ram: measured(
      run.variableBytes + run.stackBytes + operandBytes,
      "variables, the deepest stack that was seen, input and output",
    ),
  };
}

function arena({ arenaBytes }: MemoryResult) {
  return calculated(
    arenaBytes,
    "arena of the memory plan; not the stack nor an interpreter's own structures",
  );
}
