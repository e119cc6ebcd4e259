import { readFile } from "node:fs/promises";
import { sample, toFloat32 } from "@smidgen/datasets";
import { calibrate, quantizeGraph, writeRanges } from "@smidgen/quantize";
import { readTflite, writeTflite } from "@smidgen/tflite";
import { z } from "zod";
import { compareSchemes } from "../compare-schemes.ts";
import { readExamples } from "../examples.ts";
import { measureTflite } from "../measure-tflite.ts";
import type { Stage } from "../stage.ts";

const settingsSchema = z.strictObject({
  /** Training images that the ranges of activations are taken from. */
  calibrationExamples: z.int().positive(),
  seed: z.int().min(0),
  /** Test images that all schemes are compared on; 0 compares none. */
  schemeExamples: z.int().min(0),
});

/** Turns the float file into an int8 one, and judges what is in it. */
export async function quantize(stage: Stage): Promise<void> {
  const { calibrationExamples, seed, schemeExamples } = await stage.settings(settingsSchema);
  const graph = readTflite(await readFile(await stage.result("convert", "model.tflite")), {
    name: "model.tflite",
  });
  const train = await readExamples(stage, "train");
  const examples = sample(train, Math.min(calibrationExamples, train.count), seed);
  const samples = images(toFloat32(examples), examples.count);
  const ranges = calibrate(graph, samples);
  await stage.write("ranges.json", writeRanges(ranges));

  const bytes = writeTflite(quantizeGraph(graph, ranges));
  await stage.write("model-int8.tflite", bytes);
  const result = await measureTflite(stage, "model-int8.tflite", bytes, "single");
  await stage.write("quantize.json", JSON.stringify(result, undefined, 2));

  if (schemeExamples === 0) return;
  const test = await readExamples(stage, "test");
  const schemes = compareSchemes(graph, samples, ranges, test, schemeExamples);
  await stage.write("schemes.json", JSON.stringify(schemes, undefined, 2));
  for (const { scheme, calibration, fileBytes, accuracy } of schemes.rows) {
    stage.log(
      `${scheme}${calibration === null ? "" : `, ${calibration}`}: ${fileBytes} bytes, accuracy ${accuracy.toFixed(4)} on ${schemes.examples} test images`,
    );
  }
}

/** An array for each image, which is the network's only input. */
function images(floats: Float32Array, count: number): readonly Float32Array[] {
  const pixels = floats.length / count;
  return Array.from({ length: count }, (_, i) => floats.subarray(i * pixels, (i + 1) * pixels));
}
