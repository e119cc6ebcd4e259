import { stat } from "node:fs/promises";
import path from "node:path";
import {
  architectures,
  backendNames,
  evaluateModel,
  formatEpoch,
  inferencePeakBytes,
  saveModel,
  selectBackend,
  train as trainModel,
} from "@smidgen/training";
import { z } from "zod";
import { readExamples } from "../examples.ts";
import type { DatasetFile, TrainingFile } from "../results.ts";
import { numberFrom, type Stage } from "../stage.ts";

const settingsSchema = z.strictObject({
  architecture: z.enum(Object.keys(architectures) as (keyof typeof architectures)[]),
  epochs: z.int().positive(),
  batchSize: z.int().positive(),
  learningRate: z.number().positive(),
  seed: z.int().min(0),
  backend: z.enum(["auto", ...backendNames]),
});

/** Trains the network and saves it twice: ready to train on, and for inference alone. */
export async function train(stage: Stage): Promise<void> {
  const settings = await stage.settings(settingsSchema, {
    architecture: { variable: "SMIDGEN_ARCHITECTURE", parse: (text) => text },
    epochs: { variable: "SMIDGEN_EPOCHS", parse: numberFrom },
    seed: { variable: "SMIDGEN_SEED", parse: numberFrom },
    backend: { variable: "SMIDGEN_BACKEND", parse: (text) => text },
  });
  const { architecture, epochs, batchSize, learningRate, seed } = settings;
  const { classes } = await stage.readJson<DatasetFile>("dataset", "dataset.json");
  const data = {
    train: await readExamples(stage, "train"),
    test: await readExamples(stage, "test"),
    classes,
  };

  const backend = await selectBackend(settings.backend);
  stage.log(`Backend: ${backend.description}`);
  stage.log(`Network: ${architecture}, ${architectures[architecture].description}`);
  const { model, history, engine } = await trainModel(
    data,
    { architecture, epochs, batchSize, learningRate, seed },
    { onEpoch: (record) => stage.log(formatEpoch(record)) },
  );
  if (engine.reasons.length > 0) {
    stage.log(`Trained by ${engine.name}, since ${engine.reasons.join("; ")}`);
  }
  const { loss, accuracy } = await evaluateModel(model, data.test);
  stage.log(`Test loss: ${loss.toFixed(4)}, Test accuracy: ${accuracy.toFixed(4)}`);

  await saveModel(model, await stage.output("model"), { includeOptimizer: true });
  await saveModel(model, await stage.output("inference-model"), { includeOptimizer: false });
  const file: TrainingFile = {
    architecture,
    architectureDescription: architectures[architecture].description,
    parameters: model.countParams(),
    batchSize,
    learningRate,
    seed,
    backend,
    engine,
    history,
    evaluation: { examples: data.test.count, loss, accuracy },
    savedBytes: {
      withOptimizer: await savedBytes(await stage.output("model")),
      withoutOptimizer: await savedBytes(await stage.output("inference-model")),
    },
    inferencePeakBytes: await inferencePeakBytes(model),
  };
  await stage.write("training.json", JSON.stringify(file, undefined, 2));
}

async function savedBytes(folder: string): Promise<number> {
  const files = ["model.json", "weights.bin"];
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(path.join(folder, file))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
