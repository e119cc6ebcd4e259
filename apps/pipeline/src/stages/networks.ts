import { sample, toFloat32 } from "@smidgen/datasets";
import { convertLayersModel } from "@smidgen/convert";
import { coreNames, optimizations } from "@smidgen/device";
import { calibrate, quantizeGraph } from "@smidgen/quantize";
import { readTflite, writeTflite } from "@smidgen/tflite";
import {
  architectures,
  type ArchitectureName,
  formatEpoch,
  selectBackend,
  train as trainModel,
} from "@smidgen/training";
import { z } from "zod";
import { readExamples } from "../examples.ts";
import { measureOnChips } from "../measure-on-chips.ts";
import { measureTflite } from "../measure-tflite.ts";
import type { ChipRun, DatasetFile, NetworksFile, TrainedNetwork } from "../results.ts";
import type { Stage } from "../stage.ts";

/** Ranges are checked by `train`. */
const trainingSchema = z.strictObject({
  architecture: z.enum(Object.keys(architectures) as ArchitectureName[]),
  epochs: z.number(),
  batchSize: z.number(),
  learningRate: z.number(),
  schedule: z.strictObject({ kind: z.literal("cosine"), warmUpEpochs: z.number() }),
  augmentation: z.strictObject({
    rotate: z.number(),
    shift: z.number(),
    scale: z.number(),
    shear: z.number(),
  }),
});

const settingsSchema = z.strictObject({
  /** Each network is trained once with each. */
  seeds: z.array(z.int().min(0)).min(1),
  calibrationExamples: z.int().positive(),
  /** Where the int8 network of the first seed is measured. */
  core: z.strictObject({
    core: z.enum(coreNames),
    megahertz: z.number().positive(),
    clockOf: z.string(),
  }),
  optimization: z.enum(optimizations),
  images: z.int().positive(),
  networks: z.array(
    z.strictObject({
      name: z.string(),
      /** What it was chosen for. */
      why: z.string(),
      training: trainingSchema,
    }),
  ),
});

/**
 * Trains the best networks that are known for a budget, with several seeds each.
 *
 * Their settings were chosen on a sixth of the training examples that was kept back; the test examples judge and choose nothing.
 */
export async function networks(stage: Stage): Promise<void> {
  const settings = await stage.settings(settingsSchema);
  const { classes } = await stage.readJson<DatasetFile>("dataset", "dataset.json");
  const data = {
    train: await readExamples(stage, "train"),
    test: await readExamples(stage, "test"),
    classes,
  };
  const backend = await selectBackend("auto");
  stage.log(`Backend: ${backend.description}`);
  const trained: TrainedNetwork[] = [];
  for (const { name, why, training } of settings.networks) {
    const runs: TrainedNetwork["runs"][number][] = [];
    let chip: ChipRun | undefined;
    let parameters = 0;
    for (const seed of settings.seeds) {
      stage.log(`${name}, seed ${seed}`);
      const { model } = await trainModel(
        data,
        { ...training, seed },
        { onEpoch: (record) => stage.log(formatEpoch(record)) },
      );
      parameters = model.countParams();
      const files = `${training.architecture}-${seed}`;
      const floatBytes = writeTflite(convertLayersModel(model));
      model.dispose();
      const float = await measureTflite(stage, `${files}.tflite`, floatBytes, "single");
      const graph = readTflite(floatBytes, { name: files });
      const examples = sample(data.train, settings.calibrationExamples, seed);
      const int8Bytes = writeTflite(
        quantizeGraph(graph, calibrate(graph, images(toFloat32(examples), examples.count))),
      );
      const int8 = await measureTflite(stage, `${files}-int8.tflite`, int8Bytes, "double");
      await stage.write(`${files}.tflite`, floatBytes);
      await stage.write(`${files}-int8.tflite`, int8Bytes);
      runs.push({ seed, float: float.evaluation.accuracy, int8: int8.evaluation.accuracy });
      chip ??= await onChip(stage, int8Bytes, settings);
    }
    trained.push({
      name,
      why,
      description: architectures[training.architecture].description,
      parameters,
      runs,
      chip: chip as ChipRun,
    });
  }
  const file: NetworksFile = { testExamples: data.test.count, networks: trained };
  await stage.write("networks.json", JSON.stringify(file, undefined, 2));
  for (const network of trained) stage.log(summary(network));
}

async function onChip(
  stage: Stage,
  bytes: Uint8Array,
  { core, optimization, images: count }: z.output<typeof settingsSchema>,
): Promise<ChipRun> {
  const graph = readTflite(bytes, { name: "digits" });
  const cores = [core];
  const [run] = await measureOnChips(stage, graph, "digits", {
    optimization,
    images: count,
    cores,
  });
  return run as ChipRun;
}

function summary({ name, parameters, runs, chip }: TrainedNetwork): string {
  const mean = (of: "float" | "int8") =>
    (runs.reduce((sum, run) => sum + run[of], 0) / runs.length).toFixed(4);
  const place =
    chip.kind === "measured"
      ? `, ${chip.codeBytes + chip.constantBytes} bytes of flash, ${chip.variableBytes + chip.stackBytes} of RAM besides input and output on ${chip.title}`
      : "";
  return `${name}: ${parameters} parameters, mean accuracy of ${runs.length} seeds ${mean("float")} float, ${mean("int8")} int8${place}`;
}

/** An array for each image, which is the network's only input. */
function images(floats: Float32Array, count: number): readonly Float32Array[] {
  const pixels = floats.length / count;
  return Array.from({ length: count }, (_, i) => floats.subarray(i * pixels, (i + 1) * pixels));
}
