import {
  type Dataset,
  datasetNames,
  type Examples,
  loadDataset,
  take,
  writeIdx,
} from "@smidgen/datasets";
import { z } from "zod";
import { numberFrom, type Stage } from "../stage.ts";
import type { DatasetFile } from "../results.ts";
import { datasetProgress } from "../dataset-progress.ts";

const settingsSchema = z.strictObject({
  name: z.enum(datasetNames),
  /** Whether drawn digits may stand in for MNIST where it cannot be had. */
  fallback: z.boolean(),
  seed: z.int().min(0),
  /** Fewer examples than there are, for a quick try. */
  trainExamples: z.int().positive().optional(),
  testExamples: z.int().positive().optional(),
});

/** Finds the examples, and keeps them as IDX files so that every later stage sees the same. */
export async function dataset(stage: Stage): Promise<void> {
  const { name, fallback, seed, trainExamples, testExamples } = await stage.settings(
    settingsSchema,
    {
      name: { variable: "SMIDGEN_DATASET", parse: (text) => text },
      fallback: { variable: "SMIDGEN_FALLBACK", parse: booleanFrom },
      seed: { variable: "SMIDGEN_SEED", parse: numberFrom },
    },
  );
  const loaded = await loadDataset({ name, fallback, seed }, datasetProgress(stage.log));
  const train = first(loaded.train, trainExamples);
  const test = first(loaded.test, testExamples);
  await writeExamples(stage, "train", train);
  await writeExamples(stage, "test", test);
  const file: DatasetFile = {
    asked: name,
    name: loaded.name,
    classes: loaded.classes,
    isFallback: loaded.isFallback,
    source: loaded.source,
    trainExamples: train.count,
    testExamples: test.count,
  };
  await stage.write("dataset.json", JSON.stringify(file, undefined, 2));
  if (loaded.isFallback) {
    stage.log(
      `\n!!! ${name} could not be had. Handwritten-like digits are drawn instead: no figure of this run is one of ${name}.\n`,
    );
  }
  stage.log(
    `Dataset: ${loaded.name}, ${train.count} train and ${test.count} test examples, from ${describe(loaded)}`,
  );
}

function first(examples: Examples, count: number | undefined): Examples {
  return count === undefined ? examples : take(examples, 0, Math.min(count, examples.count));
}

async function writeExamples(
  stage: Stage,
  part: "train" | "test",
  examples: Examples,
): Promise<void> {
  const { count, shape, images, labels } = examples;
  await stage.write(
    `${part}-images.idx`,
    writeIdx({ type: "uint8", shape: [count, ...shape], data: images }),
  );
  await stage.write(
    `${part}-labels.idx`,
    writeIdx({ type: "uint8", shape: [count], data: labels }),
  );
}

function describe({ source }: Dataset): string {
  return `${source.kind} ${source.detail}${source.isPublished ? "" : " (not the published files)"}`;
}

function booleanFrom(text: string): unknown {
  if (["1", "true", "yes"].includes(text)) return true;
  return ["0", "false", "no"].includes(text) ? false : text;
}
