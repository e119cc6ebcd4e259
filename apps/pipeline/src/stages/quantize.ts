import { readFile } from "node:fs/promises";
import { sample, toFloat32 } from "@smidgen/datasets";
import { calibrate, quantizeGraph } from "@smidgen/quantize";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { z } from "zod";
import { readExamples } from "../examples.ts";
import { measureTflite } from "../measure-tflite.ts";
import type { Stage } from "../stage.ts";

const settingsSchema = z.strictObject({
  /** Training images that the ranges of activations are taken from. */
  calibrationExamples: z.int().positive(),
  seed: z.int().min(0),
});

/** Turns the float file into an int8 one, and judges what is in it. */
export async function quantize(stage: Stage): Promise<void> {
  const { calibrationExamples, seed } = await stage.settings(settingsSchema);
  const graph = readTflite(await readFile(await stage.result("convert", "model.tflite")), {
    name: "model.tflite",
  });
  const train = await readExamples(stage, "train");
  const examples = sample(train, Math.min(calibrationExamples, train.count), seed);
  const ranges = calibrate(graph, images(toFloat32(examples), examples.count));
  await stage.write("ranges.json", JSON.stringify(ranges, undefined, 2));

  const bytes = writeTflite(quantizeGraph(graph, ranges));
  await stage.write("model-int8.tflite", bytes);
  const result = await measureTflite(stage, "model-int8.tflite", bytes, "single");
  await stage.write("quantize.json", JSON.stringify(result, undefined, 2));
}

/** One image at a time, as the network's only input. */
function* images(floats: Float32Array, count: number): Iterable<readonly [Float32Array]> {
  const pixels = floats.length / count;
  for (let i = 0; i < count; i++) yield [floats.subarray(i * pixels, (i + 1) * pixels)];
}
