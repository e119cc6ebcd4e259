import path from "node:path";
import { convertLayersModel } from "@smidgen/convert";
import { writeTflite } from "@smidgen/tflite";
import { loadModel } from "@smidgen/training";
import { measureTflite } from "../measure-tflite.ts";
import type { Stage } from "../stage.ts";

/** Writes the trained network as a float `.tflite`, and judges what is in the file. */
export async function convert(stage: Stage): Promise<void> {
  const modelJson = await stage.result("train", "inference-model/model.json");
  const graph = convertLayersModel(await loadModel(path.dirname(modelJson)));
  const bytes = writeTflite(graph);
  await stage.write("model.tflite", bytes);
  const result = await measureTflite(stage, "model.tflite", bytes, "single");
  await stage.write("convert.json", JSON.stringify(result, undefined, 2));
}
